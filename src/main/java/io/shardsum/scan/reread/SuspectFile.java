package io.shardsum.scan.reread;

import io.shardsum.damage.TensorSite;
import io.shardsum.source.ScannedFile;
import io.shardsum.verdict.ReadBy;
import java.util.List;

/** Where a copy of a suspect tensor is, and what has read it. */
record SuspectFile(ScannedFile file, TensorSite site, ReadBy readBy) {

  List<String> executors() {
    return List.of(readBy.executor().split(",", -1));
  }
}
