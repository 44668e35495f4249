package io.shardsum.tables;

import java.util.Locale;

/** A table that a scan lands. */
public enum ScanTable {
  /** One row a tensor. */
  TENSORS,
  /** One row an expected rank. */
  RANKS,
  /** One row an engine. */
  ENGINES,
  /** One row for each thing that is wrong. */
  FINDINGS,
  /** One row a scan, written last: a scan without its row here does not exist. */
  SCANS;

  /** The version of all columns; tables of a newer one are not read. */
  public static final int SCHEMA_VERSION = 2;

  /** The table's directory, and its name in SQL. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
