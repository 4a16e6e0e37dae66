# SPDX-License-Identifier: MIT
# gateware/wiring/full.txt for the scripts of tests/device: what is connected to what, by the pins' names.
WIRES = {  # output: input
    "gpio[0]": "gpio[16]",
    "gpio[1]": "gpio[17]",
    "gpio[2]": "gpio[18]",
    "gpio[3]": "gpio[19]",
    "gpio_out[0]": "gpio[24]",
    "gpio_out[1]": "buttons[0]",
    "gpio_out[2]": "switches[0]",
    "leds[0]": "gpio[25]",
    "leds[7]": "gpio[26]",
}
ALERT = ("gpio_out[3]", "alert")  # an output, and whose level interrupts while it is high
OPEN_DRAIN = {"gpio[8]": "gpio[28]", "gpio[9]": "gpio[29]"}
PWM_PINS = {"pwm0": "gpio[20]", "pwm_multi[1]": "gpio[21]", "pwm_multi[2]": "gpio[22]"}
UART_LOOPBACK = "uart1"
UART_LISTENER = "gpio[23]"
ADC_VALUES = {"temperature": 2464, "vccint": 1365, "vccaux": 2458, "vccbram": 1365}
DHT22_AT = ("gpio[10]", -12.3, 45.6)  # pin, temperature, humidity
DS18B20_AT = (
    "gpio[11]",
    -10.5,
    b"\x28\xee\xff\xc0\x00\x00\x00",
)  # pin, temperature, ROM without its CRC
PULLED_UP = "gpio[12]"  # and nothing on it
