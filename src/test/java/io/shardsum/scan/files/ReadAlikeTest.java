package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FileDigest;
import io.shardsum.fleet.ShardFile;
import io.shardsum.io.ListedFile;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.source.sglang.ShardGroup;
import io.shardsum.tables.SqlStage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadAlikeTest {

  private static PlannedFile file(long bytes, FileDigest fileDigest) {
    ShardFile file = new ShardFile(new ListedFile("/a", bytes, 0), ShardFile.TARGET, 0);
    return new PlannedFile(
        Optional.of("a"), 0, Digest.SGLANG, List.of(), file, ShardGroup.NONE, "", fileDigest);
  }

  @Test
  void aLongFileThatIsHashedAsAWholeIsNotCut() {
    PlannedFile cut = file(101, FileDigest.NONE);
    PlannedFile whole = file(101, FileDigest.SHA256);

    assertThat(ReadAlike.of(List.of(cut, whole), Hasher.CPU, 100))
        .containsExactly(
            new ReadAlike(SqlStage.WHOLE, Digest.SGLANG, FileDigest.SHA256, List.of(whole)),
            new ReadAlike(SqlStage.MERGED, Digest.SGLANG, FileDigest.NONE, List.of(cut)));
  }
}
