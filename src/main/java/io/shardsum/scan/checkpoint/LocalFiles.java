package io.shardsum.scan.checkpoint;

import io.shardsum.hosts.ExecutorHost;
import java.util.Optional;

/**
 * Local files of a checkpoint that another host than the driver's has read. Each host reads a disk
 * of its own: what was read is not known to be what was listed.
 */
final class LocalFiles {

  private LocalFiles() {}

  /** Why what a host has read is not checked; empty if it is the driver's. */
  static Optional<String> readElsewhere(String host) {
    return readElsewhere(host, ExecutorHost.sparkName());
  }

  static Optional<String> readElsewhere(String host, String driver) {
    return host.equals(driver) || OwnHost.is(host)
        ? Optional.empty()
        : Optional.of(
            "local files were listed on %s and read on %s, which may have other files at these paths; set 'shared: true' (--shared) if all hosts see the same files"
                .formatted(driver, host));
  }
}
