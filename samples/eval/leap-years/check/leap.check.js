const assert = require('assert');
const { isLeapYear } = require('./leap');

for (const [year, expected] of [[1900, false], [2000, true], [2023, false], [2024, true], [2100, false]]) assert.strictEqual(isLeapYear(year), expected, String(year));
