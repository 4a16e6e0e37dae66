# SPDX-License-Identifier: MIT
"""The registers of LiteI2C: a write to ``rxtx`` is a request to the PHY, each request has one answer."""

from litei2c.common import i2c_core2phy_layout, i2c_phy2core_layout
from litex.gen import LiteXModule
from litex.soc.interconnect import stream
from litex.soc.interconnect.csr import CSR, CSRField, CSRStatus, CSRStorage
from migen import Signal


class LiteI2CMaster(LiteXModule):
    """The register-operated master."""

    def __init__(self, tx_fifo_depth: int = 1, rx_fifo_depth: int = 1) -> None:
        self.sink = stream.Endpoint(i2c_phy2core_layout)
        self.source = stream.Endpoint(i2c_core2phy_layout)
        self.active = Signal()

        self._active = CSRStorage(description="The PHY takes requests.")
        self._settings = CSRStorage(
            description="Of the next request.",
            fields=[
                CSRField("len_tx", size=3, offset=0, description="Bytes to write; 5: 4 and more."),
                CSRField("len_rx", size=3, offset=8, description="Bytes to read; 5: 4 and more."),
                CSRField("recover", size=1, offset=16, description="Only clock the bus free."),
            ],
        )
        self._addr = CSRStorage(7, description="Address of the device.")
        self._rxtx = CSR(32)
        self._status = CSRStatus(
            fields=[
                CSRField("tx_ready", size=1, offset=0, description="A request can be written."),
                CSRField("rx_ready", size=1, offset=1, description="An answer can be read."),
                CSRField("nack", size=1, offset=8, description="A byte was not acknowledged."),
                CSRField("tx_unfinished", size=1, offset=16, description="More is to be written."),
                CSRField("rx_unfinished", size=1, offset=17, description="More is to be read."),
            ]
        )

        # # #

        self.tx_fifo = requests = stream.SyncFIFO(i2c_core2phy_layout, tx_fifo_depth)
        self.rx_fifo = answers = stream.SyncFIFO(i2c_phy2core_layout, rx_fifo_depth)
        settings, status = self._settings.fields, self._status.fields
        self.comb += [
            self.active.eq(self._active.storage),
            requests.sink.valid.eq(self._rxtx.re),
            requests.sink.last.eq(1),
            requests.sink.data.eq(self._rxtx.r),
            requests.sink.addr.eq(self._addr.storage),
            requests.sink.len_tx.eq(settings.len_tx),
            requests.sink.len_rx.eq(settings.len_rx),
            requests.sink.recover.eq(settings.recover),
            requests.source.connect(self.source),
            self.sink.connect(answers.sink),
            answers.source.ready.eq(self._rxtx.we),
            self._rxtx.w.eq(answers.source.data),
            status.tx_ready.eq(requests.sink.ready),
            status.rx_ready.eq(answers.source.valid),
            status.nack.eq(answers.source.nack),
            status.tx_unfinished.eq(answers.source.unfinished_tx),
            status.rx_unfinished.eq(answers.source.unfinished_rx),
        ]
