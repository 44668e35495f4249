package io.shardsum.fleet;

import io.shardsum.io.FailureReason;
import io.shardsum.io.StoreEndpoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What one directory holds, or why that is not known.
 *
 * @param reason empty where it was listed
 * @param files the shard files by name, the hidden ones too
 * @param notFiles what cannot be read and has the place of a file, by name
 * @param subdirectories the names of the visible ones
 * @param others what else may hold weights, here and below, by name
 * @param unlisted what below could not be looked into
 */
record DirectoryListing(
    String directory,
    Outcome outcome,
    String reason,
    List<FoundFile> files,
    List<NotAFile> notFiles,
    Optional<FoundFile> index,
    List<String> subdirectories,
    List<FoundFile> others,
    List<Problem> unlisted) {
  static final String INDEX_NAME = "model.safetensors.index.json";

  enum Outcome {
    LISTED,
    ABSENT,
    FAILED
  }

  DirectoryListing {
    files = files.stream().sorted(Comparator.comparing(FoundFile::name)).toList();
    notFiles = notFiles.stream().sorted(Comparator.comparing(NotAFile::name)).toList();
    subdirectories = subdirectories.stream().sorted().toList();
    others = others.stream().sorted(Comparator.comparing(FoundFile::name)).toList();
    unlisted = List.copyOf(unlisted);
  }

  /** Lists a directory, and its sub-directories down to that depth, in one call each. */
  static DirectoryListing of(String directory, int depth, Configuration conf) {
    return of(directory, new DirectoryWalk(depth, DirectoryWalk.Below.LEFT), conf);
  }

  /** As {@link #of}, and looks for weights in all that lies below that depth. */
  static DirectoryListing withAllBelow(String directory, int depth, Configuration conf) {
    return of(directory, new DirectoryWalk(depth, DirectoryWalk.Below.SEARCHED), conf);
  }

  private static DirectoryListing of(String directory, DirectoryWalk walk, Configuration conf) {
    try {
      StoreEndpoint.requireAnswers(directory, conf);
      return walk.list(directory, conf);
    } catch (NotDirectoryException e) {
      return unlisted(
          directory,
          Outcome.FAILED,
          "cannot list " + MessageText.printable(directory) + ": it is a file, not a directory");
    } catch (FileNotFoundException e) {
      return FailureReason.isOfNoStore(e) ? failed(directory, e) : absent(directory, conf);
    } catch (IOException | RuntimeException | LinkageError e) {
      return failed(directory, e);
    }
  }

  /** A directory that is not found is absent only if its parent may be looked into. */
  private static DirectoryListing absent(String directory, Configuration conf) {
    Path parent = new Path(directory).getParent();
    try {
      if (parent != null) {
        parent.getFileSystem(conf).listStatus(parent);
      }
    } catch (FileNotFoundException e) {
      DirectoryListing ofParent = absent(parent.toString(), conf);
      return unlisted(directory, ofParent.outcome(), ofParent.reason());
    } catch (IOException e) {
      return failed(directory, e);
    }
    return unlisted(
        directory,
        Outcome.ABSENT,
        "the directory " + MessageText.printable(directory) + " does not exist");
  }

  private static DirectoryListing failed(String directory, Throwable failure) {
    return unlisted(
        directory,
        Outcome.FAILED,
        "cannot list " + MessageText.printable(directory) + ": " + MessageText.cause(failure));
  }

  private static DirectoryListing unlisted(String directory, Outcome outcome, String reason) {
    return new DirectoryListing(
        directory,
        outcome,
        reason,
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  /**
   * The same without what is ignored.
   *
   * @param folder the way to this directory from where the patterns begin: empty, or with a slash
   *     at its end
   */
  DirectoryListing without(IgnoredFiles ignored, String folder) {
    if (ignored.isEmpty()) {
      return this;
    }
    return without(file -> ignored.match(folder + file.name()));
  }

  private DirectoryListing without(Predicate<FoundFile> left) {
    return new DirectoryListing(
        directory,
        outcome,
        reason,
        files.stream().filter(left.negate()).toList(),
        notFiles,
        index,
        subdirectories,
        others.stream().filter(left.negate()).toList(),
        unlisted);
  }

  /** The files that count unless something names others. */
  List<FoundFile> shards() {
    return files.stream().filter(file -> !file.hidden()).toList();
  }

  /**
   * The same without Mistral's own files, where a checkpoint without an index has its model in both
   * formats: they would give each tensor twice.
   */
  DirectoryListing ofOneFormat() {
    boolean both =
        index.isEmpty()
            && shards().stream().anyMatch(file -> file.name().startsWith("model"))
            && shards().stream().anyMatch(DirectoryListing::isConsolidated);
    return both
        ? new DirectoryListing(
            directory,
            outcome,
            reason,
            files.stream().filter(file -> !isConsolidated(file)).toList(),
            notFiles,
            index,
            subdirectories,
            others,
            unlisted)
        : this;
  }

  private static boolean isConsolidated(FoundFile file) {
    return file.name().startsWith("consolidated");
  }

  /** What engines would take for a shard, and is none. */
  List<NotAFile> brokenShards() {
    return notFiles.stream().filter(NotAFile::isVisibleShard).toList();
  }

  /** That no shard is there, and what is there instead. */
  String withoutShards() {
    String nothing = "no " + ShardPattern.SUFFIX + " file in " + MessageText.printable(directory);
    Map<Boolean, List<FoundFile>> others =
        this.others.stream().collect(Collectors.partitioningBy(file -> file.name().contains("/")));
    List<FoundFile> here = others.get(false);
    long presharded =
        here.stream().filter(file -> file.name().endsWith(WeightFile.PRESHARDED)).count();
    if (presharded > 0) {
      return nothing
          + ": its "
          + presharded
          + " "
          + WeightFile.PRESHARDED
          + (presharded == 1 ? " file is" : " files are")
          + " a presharded dump of SGLang, which is read with layout checkpoint";
    }
    if (!here.isEmpty()) {
      return nothing + ", but " + MessageText.printable(here.get(0).name());
    }
    if (!others.get(true).isEmpty()) {
      return nothing
          + " itself; below it lies "
          + MessageText.printable(others.get(true).get(0).name());
    }
    return nothing;
  }

  boolean holdsWeights() {
    return index.isPresent() || !shards().isEmpty() || !brokenShards().isEmpty();
  }
}
