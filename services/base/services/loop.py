# SPDX-License-Identifier: MIT
"""The asyncio loop of the services, behind the prompt: docs/services.md says how and why.

The loop has an asyncio context of its own (queue of tasks, queue of sockets, current task), which it puts in place of
the program's for the length of a step. A step runs from the scheduler, between two bytecodes of the program: when a
socket has something, where the network stack says so, and at each tick of a timer. A program's own asyncio.run()
neither sees the services' tasks nor ends them.
"""

from asyncio import core
from time import ticks_add, ticks_diff, ticks_ms

TICK_MS = 10
IDLE_TICK_MS = 100  # while nothing is due, and sockets call by themselves
BUDGET_MS = 20  # of a step, after which the program at the prompt runs until the next tick
REST_MS = 4  # which a step that used up its budget leaves to the program at the least


class _End:
    """The coroutine whose end returns from run_until_complete(): it can end again and again, without memory."""

    def __init__(self) -> None:
        self.stop = StopIteration()

    def send(self, value) -> None:
        self.stop.__traceback__ = None
        raise self.stop

    throw = send


class Loop:
    def __init__(self) -> None:
        self.running = False  # its context is in place
        self.steps = 0
        self.longest_ms = 0  # of a step
        self._queue = core.TaskQueue()
        self._io = core.IOQueue()
        self._current = None
        self._saved: list = [None, None, None, None]
        self._rest_until = ticks_ms()
        self._timer = None
        self._tick_ms = self._period = 0  # the configured period, and that of now
        self.polling = False  # there are sockets that do not call
        # asyncio.sleep_ms() shares one object among all callers, who may be between its two halves.
        self._sleeper = core.sleep_ms(0)
        self._sleeper.state = None
        self._enter()
        self._end = core.create_task(_End())
        self._leave()
        self._ending = True  # it is in the queue

    def _enter(self) -> None:
        saved = self._saved
        saved[0] = core._task_queue
        saved[1] = core._io_queue
        saved[2] = core.cur_task
        saved[3] = self._sleeper.state
        core._task_queue = self._queue
        core._io_queue = self._io
        core.cur_task = self._current
        self._sleeper.state = None
        self.running = True

    def _leave(self) -> None:
        saved = self._saved
        core._task_queue = saved[0]
        core._io_queue = saved[1]
        core.cur_task = saved[2]
        self._sleeper.state = saved[3]
        self.running = False

    def _due(self) -> bool:
        task = self._queue.peek()
        return bool(task) and ticks_diff(task.ph_key, ticks_ms()) <= 0

    def _ready(self) -> bool:
        """Whether a task can go on; fetches what sockets have to say."""
        if self._due():
            return True
        if not self._io.map:
            return False
        self._io.wait_io_event(0)
        return self._due()

    def _until_end(self) -> None:
        """Run tasks until the end's turn has come."""
        core.run_until_complete(self._end)
        self._ending = False

    def step(self, _=None) -> None:
        """Run what is ready, for about BUDGET_MS. From the scheduler: timers and sockets call it."""
        start = ticks_ms()
        if self.running:
            return
        if ticks_diff(self._rest_until, start) > 0:
            self._tick(self._tick_ms)
            return
        self._enter()
        try:
            while self._ready():
                if not self._ending:
                    self._ending = True
                    self._queue.push(self._end)
                self._until_end()
                self.steps += 1
                if ticks_diff(ticks_ms(), start) >= BUDGET_MS:
                    self._rest_until = ticks_add(ticks_ms(), REST_MS)
                    break
        finally:
            self._leave()
            self.longest_ms = max(self.longest_ms, ticks_diff(ticks_ms(), start))
            self._tick(self._tick_ms if self._busy() else max(IDLE_TICK_MS, self._tick_ms))

    def _busy(self) -> bool:
        """Whether the next tick should come soon."""
        task = self._queue.peek()
        if self.polling or task and ticks_diff(task.ph_key, ticks_ms()) < IDLE_TICK_MS:
            return True
        # Nobody calls when there is room to write again.
        return any(waiting[1] is not None for waiting in self._io.map.values())

    def _tick(self, period_ms: int) -> None:
        """Have the timer step every so many milliseconds."""
        if self._timer and period_ms != self._period:
            from machine import Timer

            self._period = period_ms
            self._timer.init(mode=Timer.PERIODIC, period=period_ms, callback=self.step)

    def run(self) -> None:
        """Run the tasks in the foreground until end() or Ctrl-C: for ports without timers, and for a last main.py."""
        if self.running:
            raise RuntimeError("the services run already")
        self._enter()
        try:
            if self._ending and self._due():
                self._until_end()  # what an earlier step left
            self._until_end()
        finally:
            self._leave()

    def end(self) -> None:
        """Make run() return."""
        if not self._ending:
            self._ending = True
            self._queue.push(self._end)

    def spawn(self, coroutine):
        """Begin a task of this loop, from wherever; returns it."""
        if self.running:
            return core.create_task(coroutine)
        self._enter()
        try:
            return core.create_task(coroutine)
        finally:
            self._leave()
            self._tick(self._tick_ms)

    def cancel(self, task) -> None:
        """Cancel a task of this loop, from wherever but itself."""
        inside = self.running
        if not inside:
            self._enter()
        try:
            if task is not core.cur_task:
                task.cancel()
        finally:
            if not inside:
                self._leave()

    def start(self, tick_ms: int = TICK_MS, timer=-1) -> bool:
        """Step at each tick of a timer from now on; False where the port has none.

        timer: its number, for ports without virtual ones.
        """
        try:
            from machine import Timer

            self._timer = Timer(timer)
        except (ImportError, AttributeError):
            return False
        self._tick_ms = tick_ms
        self._period = 0
        self._tick(tick_ms)
        return True

    def stop(self) -> None:
        if self._timer:
            self._timer.deinit()
            self._timer = None
        if self.running:
            self.end()


loop = Loop()
