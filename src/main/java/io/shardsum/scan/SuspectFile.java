package io.shardsum.scan;

import io.shardsum.damage.TensorSite;
import io.shardsum.source.ListedFile;
import java.util.List;
import java.util.Optional;

/**
 * Where a copy of a suspect tensor is, and what hashed it.
 *
 * @param executor Spark's ids of the executors, with commas between
 * @param gpu addresses of the GPUs, where they hashed
 */
record SuspectFile(
    ListedFile file, TensorSite site, String host, String executor, Optional<String> gpu) {

  List<String> executors() {
    return List.of(executor.split(",", -1));
  }
}
