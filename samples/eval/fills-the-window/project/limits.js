'use strict';

exports.MAX_BYTES = 10 * 1000 * 1000;
