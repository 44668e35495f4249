package io.shardsum.scan.judge;

import io.shardsum.scan.reread.HeaderReading;
import io.shardsum.scan.reread.SecondReading;
import io.shardsum.verdict.Rereadings;

/**
 * What reads again before anyone is blamed.
 *
 * @param headers of copies that have other names, dtypes or shapes than others
 * @param tensors that differ
 * @param known what such readings have shown, also those of earlier judgings of this scan
 */
public record SecondReader(HeaderReading headers, SecondReading tensors, Rereadings known) {}
