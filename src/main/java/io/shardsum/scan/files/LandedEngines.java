package io.shardsum.scan.files;

import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says which engines are done: those of which all files that can be read have landed. */
final class LandedEngines {

  private final Map<String, Integer> filesLeft = new HashMap<>();
  private final int all;
  private final ScanProgress progress;

  /** All files of a scan: canaries are no engine's. */
  LandedEngines(List<PlannedFile> files, ScanProgress progress) {
    files.forEach(file -> file.engine().ifPresent(e -> filesLeft.merge(e, 1, Integer::sum)));
    this.all = filesLeft.size();
    this.progress = progress;
    progress.enginesDone(0, all);
  }

  /** The tensors of these files are in the table; called once for each file, by any thread. */
  synchronized void add(List<PlannedFile> landed) {
    for (PlannedFile file : landed) {
      file.engine()
          .ifPresent(e -> filesLeft.compute(e, (any, left) -> left == 1 ? null : left - 1));
    }
    progress.enginesDone(all - filesLeft.size(), all);
  }
}
