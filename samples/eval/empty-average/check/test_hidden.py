from stats import average

assert average([]) == 0.0
assert average([4]) == 4
assert average([1, 2]) == 1.5
