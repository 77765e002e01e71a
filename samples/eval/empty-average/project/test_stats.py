import unittest

from stats import average


class AverageTest(unittest.TestCase):
    def test_some(self):
        self.assertEqual(average([1, 2, 6]), 3)


if __name__ == "__main__":
    unittest.main()
