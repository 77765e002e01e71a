'use strict';

/** Whether a year of the Gregorian calendar has a 29 February. */
function isLeapYear(year) {
  return year % 4 === 0;
}

module.exports = { isLeapYear };
