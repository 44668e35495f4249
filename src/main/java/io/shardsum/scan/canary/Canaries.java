package io.shardsum.scan.canary;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.ShardFile;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.source.sglang.ShardGroup;
import io.shardsum.tables.ScanId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shards that a scan hashes among those of the fleet, to see that it would find a flipped bit. Each
 * way in which the scan hashes has them all: each digest, and each cut of files into rows. Up to
 * the rows of the table {@code tensors} they are files like others.
 */
public final class Canaries {

  private final CanaryFiles canaryFiles;
  private final String scanId;
  private final List<Digest> plantings = new ArrayList<>();

  public Canaries(CanaryFiles canaryFiles, ScanId scanId) {
    this.canaryFiles = canaryFiles;
    this.scanId = scanId.text();
  }

  /**
   * Files that are read alike, with canaries spread among them. The rank of a canary says with
   * which files it was read.
   */
  public List<PlannedFile> among(List<PlannedFile> files, Digest digest) {
    List<PlannedFile> all = new ArrayList<>(files);
    List<ShardFile> canaries = canaryFiles.files();
    for (int number = 0; number < canaries.size(); number++) {
      int index = number + (number + 1) * files.size() / (canaries.size() + 1);
      PlannedFile canary =
          new PlannedFile(
              Optional.empty(),
              plantings.size(),
              digest,
              List.of(),
              canaries.get(number),
              ShardGroup.NONE);
      all.add(index, canary);
    }
    plantings.add(digest);
    return all;
  }

  /** How many bytes of them are read. */
  public long bytes() {
    long bytes = canaryFiles.files().stream().mapToLong(ShardFile::lengthBytes).sum();
    return bytes * plantings.size();
  }

  /**
   * Checks that every canary has the checksums that it should have.
   *
   * @param rows those of canaries, once the table has landed
   * @throws UntrustedScanException if one has others, or none
   */
  public CanaryResult check(CanaryRows rows) {
    List<CanaryRow> found = rows.rows();
    int flipped = 0;
    for (int number = 0; number < canaryFiles.shards().size(); number++) {
      CanaryShard shard = canaryFiles.shards().get(number);
      for (int planting = 0; planting < plantings.size(); planting++) {
        CanaryRows.require(
            scanId,
            found,
            shard,
            canaryFiles.files().get(number).path(),
            planting,
            plantings.get(planting));
        flipped += shard.flipped().isPresent() ? 1 : 0;
      }
    }
    return new CanaryResult(plantings.size() * canaryFiles.shards().size(), flipped);
  }
}
