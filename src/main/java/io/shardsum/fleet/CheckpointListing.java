package io.shardsum.fleet;

import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * The weight files of one Hugging Face checkpoint, as engines choose them.
 *
 * @param directory as it was given
 * @param files by name
 */
public record CheckpointListing(String directory, List<ShardFile> files) {
  private static final String TARGET = "";
  private static final int PAIR = 2;

  /** Copies the files. */
  public CheckpointListing {
    files = List.copyOf(files);
  }

  /**
   * Lists a directory: the files that {@code model.safetensors.index.json} names where it exists,
   * otherwise every {@code *.safetensors}; of a lone {@code consolidated.safetensors} and {@code
   * model.safetensors} the second.
   *
   * @throws FleetException if it cannot be listed, or one of the files is not there
   */
  public static CheckpointListing of(String directory, Configuration conf) {
    DirectoryListing listing = DirectoryListing.of(directory, 0, conf);
    RoleFinding finding = CheckpointFiles.of(TARGET, listing, conf).finding();
    if (finding.state() != RankState.FOUND) {
      throw new FleetException(
          "checkpoint " + MessageText.printable(directory) + ": " + finding.reason());
    }
    List<ShardFile> files = finding.files();
    boolean isPair = listing.index().isEmpty() && files.size() == PAIR;
    return new CheckpointListing(
        directory, isPair && isConsolidated(files) ? files.subList(1, PAIR) : files);
  }

  private static boolean isConsolidated(List<ShardFile> pair) {
    return pair.get(0).path().endsWith("consolidated.safetensors")
        && pair.get(1).path().endsWith("model.safetensors");
  }
}
