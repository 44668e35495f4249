package io.shardsum.tables;

import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * What a scan that did not end, or a removal that was interrupted, has left under the directory of
 * the tables: no row in {@code scans} is its own.
 *
 * @param name {@code scan_date=.../scan_id=...} or {@code _canary-...}, as it is called there
 * @param directories of that name, one a table
 */
public record Leftover(String name, List<Path> directories, long bytes) {

  /** Copies the list. */
  public Leftover {
    directories = List.copyOf(directories);
  }
}
