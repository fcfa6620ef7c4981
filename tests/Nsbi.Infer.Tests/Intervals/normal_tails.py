"""Numbers of NormalTailTests.fs: upper tails of the normal distribution, in 40 digits."""
from mpmath import mp, mpf, erfc, sqrt, log

mp.dps = 40
tail = lambda x: erfc(mpf(x) / sqrt(2)) / 2

for x in "-9 -5 -1.5 0 0.3 1 2.5 3.999 4 5 6 7 8 9 20 37 50 1000".split():
    print(x, mp.nstr(tail(x), 17), mp.nstr(log(tail(x)), 17))

for x, shift in ("3.9", "0.5"), ("5", "2"), ("40", "0.5"), ("1000", "0.01"), ("0", "60"):
    print(x, shift, mp.nstr(tail(mpf(x) + mpf(shift)) / tail(x), 17))
