# SPDX-License-Identifier: MIT
# machine.ADC: the system monitor's channels, whose values the wiring gives.
import machine

if not hasattr(machine, "ADC"):
    skip("no ADC")
from machine import ADC

for number, name in enumerate(("temperature", "vccint", "vccaux", "vccbram")):
    a = ADC(name)
    equal(str(a), "ADC('%s')" % name)
    equal(ADC(number).read_u16(), a.read_u16())
    raw = ADC_VALUES[name]
    equal(a.read_u16(), raw << 4 | raw >> 8)
    full = 1000000 if name == "temperature" else 3000000
    equal(a.read_uv(), (raw * full + 2048) // 4096)
c = ADC("temperature").read_celsius()
check(abs(c - (ADC_VALUES["temperature"] * 503.975 / 4096 - 273.15)) < 0.001, c)
check("not a temperature" in raises(ValueError, ADC("vccint").read_celsius))
check("2 (vccaux)" in raises(ValueError, ADC, 4))
raises(ValueError, ADC, -1)
raises(ValueError, ADC, "vaux0")
raises(TypeError, ADC)
raises(TypeError, ADC, 0, 1)
raises(TypeError, ADC, None)
