package io.shardsum.fleet;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What one directory holds, or why that is not known.
 *
 * @param reason empty where it was listed
 * @param files the shard files by name, the hidden ones too
 * @param notFiles what cannot be read and has the place of a file, by name
 * @param subdirectories the names of the visible ones
 */
record DirectoryListing(
    String directory,
    Outcome outcome,
    String reason,
    List<ListedFile> files,
    List<NotAFile> notFiles,
    Optional<ListedFile> index,
    List<String> subdirectories) {
  static final String INDEX_NAME = "model.safetensors.index.json";

  enum Outcome {
    LISTED,
    ABSENT,
    FAILED
  }

  DirectoryListing {
    files = files.stream().sorted(Comparator.comparing(ListedFile::name)).toList();
    notFiles = notFiles.stream().sorted(Comparator.comparing(NotAFile::name)).toList();
    subdirectories = subdirectories.stream().sorted().toList();
  }

  /** Lists a directory, and its sub-directories down to that depth, in one call each. */
  static DirectoryListing of(String directory, int depth, Configuration conf) {
    try {
      Path path = new Path(directory);
      Walk walk = new Walk(path.getFileSystem(conf));
      walk.list(path, "", depth);
      return new DirectoryListing(
          directory,
          Outcome.LISTED,
          "",
          walk.files,
          walk.notFiles(),
          walk.index,
          walk.subdirectories);
    } catch (FileNotFoundException e) {
      return absent(directory, conf);
    } catch (IOException | RuntimeException | LinkageError e) {
      return unlisted(
          directory,
          Outcome.FAILED,
          "cannot list " + MessageText.printable(directory) + ": " + MessageText.cause(e));
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
      return unlisted(
          directory,
          Outcome.FAILED,
          "cannot list " + MessageText.printable(directory) + ": " + MessageText.cause(e));
    }
    return unlisted(
        directory,
        Outcome.ABSENT,
        "the directory " + MessageText.printable(directory) + " does not exist");
  }

  private static DirectoryListing unlisted(String directory, Outcome outcome, String reason) {
    return new DirectoryListing(
        directory, outcome, reason, List.of(), List.of(), Optional.empty(), List.of());
  }

  /** The files that count unless something names others. */
  List<ListedFile> shards() {
    return files.stream().filter(file -> !file.hidden()).toList();
  }

  /** What engines would take for a shard, and is none. */
  List<NotAFile> brokenShards() {
    return notFiles.stream().filter(NotAFile::isVisibleShard).toList();
  }

  boolean holdsWeights() {
    return index.isPresent() || !shards().isEmpty() || !brokenShards().isEmpty();
  }

  private static final class Walk {
    private final FileSystem storage;
    private final List<ListedFile> files = new ArrayList<>();
    private final List<NotAFile> notFiles = new ArrayList<>();
    private final List<String> subdirectories = new ArrayList<>();
    private Optional<ListedFile> index = Optional.empty();

    Walk(FileSystem storage) {
      this.storage = storage;
    }

    void list(Path directory, String prefix, int depth) throws IOException {
      Path itself = storage.makeQualified(directory);
      for (FileStatus status : storage.listStatus(directory)) {
        if (status.getPath().equals(itself)) {
          throw new IOException("it is a file, not a directory");
        }
        String name = prefix + status.getPath().getName();
        if (status.isDirectory()) {
          enter(status, name, depth);
        } else if (name.endsWith(ShardPattern.SUFFIX)) {
          files.add(listed(status, name));
        } else if (name.equals(INDEX_NAME)) {
          index = Optional.of(listed(status, name));
        }
      }
      if ("file".equals(storage.getUri().getScheme())) {
        addDeadLinks(NotAFile.deadLinks(java.nio.file.Path.of(itself.toUri().getPath()), prefix));
      }
    }

    private void addDeadLinks(List<NotAFile> dead) {
      for (NotAFile link : dead) {
        notFiles.add(link);
        if (link.name().equals(INDEX_NAME)) {
          index = Optional.of(new ListedFile(link.name(), link.path(), 0, 0));
        }
      }
    }

    /** A store of objects may have a file and a directory of one name. */
    List<NotAFile> notFiles() {
      Set<String> names = files.stream().map(ListedFile::name).collect(Collectors.toSet());
      return notFiles.stream().filter(other -> !names.contains(other.name())).toList();
    }

    private void enter(FileStatus status, String name, int depth) throws IOException {
      if (ListedFile.isHidden(status.getPath().getName())) {
        return;
      }
      subdirectories.add(name);
      if (name.equals(INDEX_NAME)) {
        index = Optional.of(listed(status, name));
      }
      if (name.endsWith(ShardPattern.SUFFIX)) {
        notFiles.add(NotAFile.directory(name, status.getPath().toString()));
      }
      if (depth > 0) {
        try {
          list(status.getPath(), name + "/", depth - 1);
        } catch (FileNotFoundException e) {
          throw new IOException(name + " vanished while it was listed", e);
        }
      }
    }

    private static ListedFile listed(FileStatus status, String name) {
      return new ListedFile(
          name, status.getPath().toString(), status.getLen(), status.getModificationTime());
    }
  }
}
