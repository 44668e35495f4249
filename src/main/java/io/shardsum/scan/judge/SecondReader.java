package io.shardsum.scan.judge;

import io.shardsum.scan.reread.HeaderReading;
import io.shardsum.scan.reread.SecondReading;

/**
 * What reads again before anyone is blamed.
 *
 * @param headers of copies that have other names, dtypes or shapes than others
 * @param tensors that differ
 */
public record SecondReader(HeaderReading headers, SecondReading tensors) {}
