package io.shardsum.fleet;

import io.shardsum.io.ListedFile;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * The weight files of one Hugging Face checkpoint, as engines choose them.
 *
 * @param directory as it was given
 * @param files by name
 * @param others the directory's other weight files, which are not read
 */
public record CheckpointListing(String directory, List<ListedFile> files, List<ListedFile> others) {
  private static final String TARGET = "";
  private static final int PAIR = 2;

  /** Which of the files count that an index, if there is one, names. */
  public enum Choice {
    /**
     * All, but without an index of a lone {@code consolidated.safetensors} and {@code
     * model.safetensors} the second: SGLang.
     */
    MODEL_OF_PAIR,
    /** Where there is any {@code consolidated*.safetensors}, these alone: vLLM, by itself. */
    CONSOLIDATED_FIRST,
    /** All: vLLM, if it is told to load safetensors. */
    ALL
  }

  /** Copies the files. */
  public CheckpointListing {
    files = List.copyOf(files);
    others = List.copyOf(others);
  }

  /**
   * Lists a directory: the files that {@code model.safetensors.index.json} names where it exists,
   * otherwise every {@code *.safetensors}; of these those that are chosen.
   *
   * @throws FleetException if it cannot be listed, or one of the files is not there
   */
  public static CheckpointListing of(String directory, Choice choice, Configuration conf) {
    Connectors.require("checkpoint", directory, conf);
    DirectoryListing listing = DirectoryListing.of(directory, 0, conf);
    RoleFinding finding = CheckpointFiles.of(TARGET, listing, conf).finding();
    if (finding.state() != RankState.FOUND) {
      throw new FleetException(
          "checkpoint " + MessageText.printable(directory) + ": " + finding.reason());
    }
    List<ListedFile> files = chosen(choice, listing, listed(finding.files()));
    Set<String> read = files.stream().map(ListedFile::path).collect(Collectors.toSet());
    return new CheckpointListing(
        directory,
        files,
        shards(listing).stream().filter(file -> !read.contains(file.path())).toList());
  }

  private static List<ListedFile> chosen(
      Choice choice, DirectoryListing listing, List<ListedFile> files) {
    return switch (choice) {
      case ALL -> files;
      case MODEL_OF_PAIR -> {
        boolean isPair = listing.index().isEmpty() && files.size() == PAIR;
        yield isPair && isPair(files) ? files.subList(1, PAIR) : files;
      }
      case CONSOLIDATED_FIRST -> {
        List<ListedFile> consolidated =
            shards(listing).stream().filter(CheckpointListing::isConsolidated).toList();
        yield consolidated.isEmpty() ? files : consolidated;
      }
    };
  }

  private static List<ListedFile> shards(DirectoryListing listing) {
    return listed(CheckpointFiles.inOrder(TARGET, listing.shards()));
  }

  private static List<ListedFile> listed(List<ShardFile> files) {
    return files.stream().map(ShardFile::listed).toList();
  }

  private static boolean isPair(List<ListedFile> files) {
    return files.get(0).path().endsWith("consolidated.safetensors")
        && files.get(1).path().endsWith("model.safetensors");
  }

  /** Whether a file has a name as Mistral's own format has them. */
  public static boolean isConsolidated(ListedFile file) {
    return file.path().substring(file.path().lastIndexOf('/') + 1).startsWith("consolidated");
  }

  /** Whether there is such a file, read or not. */
  public boolean hasConsolidated() {
    return Stream.concat(files.stream(), others.stream())
        .anyMatch(CheckpointListing::isConsolidated);
  }
}
