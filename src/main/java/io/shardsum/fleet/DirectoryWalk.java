package io.shardsum.fleet;

import io.shardsum.io.ListedFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One walk through a directory. Down to a depth it must succeed. Below, it only looks for weights:
 * what cannot be listed there is noted.
 */
final class DirectoryWalk {
  private static final int MAX_LEVELS_BELOW = 12;
  private static final int MAX_DIRECTORIES_BELOW = 10_000;
  private static final int MAX_NOTES = 16;

  /** What becomes of the directories below the depth. */
  enum Below {
    LEFT,
    SEARCHED
  }

  private final int depth;
  private final Below below;
  private final List<FoundFile> files = new ArrayList<>();
  private final List<NotAFile> notFiles = new ArrayList<>();
  private final List<String> subdirectories = new ArrayList<>();
  private final List<FoundFile> others = new ArrayList<>();
  private final List<Problem> unlisted = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private Optional<FoundFile> index = Optional.empty();
  private FileSystem storage;
  private int searched;

  DirectoryWalk(int depth, Below below) {
    this.depth = depth;
    this.below = below;
  }

  DirectoryListing list(String directory, Configuration conf) throws IOException {
    Path path = new Path(directory);
    storage = path.getFileSystem(conf);
    seen.add(StorageLocation.canonical(directory));
    list(path, "", 0);
    Set<String> names = files.stream().map(FoundFile::name).collect(Collectors.toSet());
    return new DirectoryListing(
        directory,
        DirectoryListing.Outcome.LISTED,
        "",
        files,
        // A store of objects may have a file and a directory of one name.
        notFiles.stream().filter(other -> !names.contains(other.name())).toList(),
        index,
        subdirectories,
        others,
        unlisted);
  }

  private void list(Path directory, String prefix, int level) throws IOException {
    Path itself = storage.makeQualified(directory);
    for (FileStatus status : storage.listStatus(directory)) {
      if (status.getPath().equals(itself)) {
        throw new NotDirectoryException(directory.toString());
      }
      String name = prefix + status.getPath().getName();
      if (status.isDirectory()) {
        enter(status, name, level);
      } else if (name.endsWith(ShardPattern.SUFFIX)) {
        files.add(listed(status, name));
      } else if (name.equals(DirectoryListing.INDEX_NAME)) {
        index = Optional.of(listed(status, name));
      } else {
        addOther(status, name);
      }
    }
    if ("file".equals(storage.getUri().getScheme())) {
      addDeadLinks(NotAFile.deadLinks(java.nio.file.Path.of(itself.toUri().getPath()), prefix));
    }
  }

  private void addDeadLinks(List<NotAFile> dead) {
    for (NotAFile link : dead) {
      notFiles.add(link);
      if (link.name().equals(DirectoryListing.INDEX_NAME)) {
        index = Optional.of(new FoundFile(link.name(), new ListedFile(link.path(), 0, 0)));
      }
    }
  }

  private void enter(FileStatus status, String name, int level) throws IOException {
    Path directory = status.getPath();
    if (SystemFolder.isNamed(directory.getName())) {
      return;
    }
    boolean hidden = FoundFile.isHidden(directory.getName());
    if (!hidden) {
      subdirectories.add(name);
      if (name.equals(DirectoryListing.INDEX_NAME)) {
        index = Optional.of(listed(status, name));
      }
      if (name.endsWith(ShardPattern.SUFFIX)) {
        notFiles.add(NotAFile.directory(name, directory.toString()));
      }
    }
    if (level < depth && !hidden) {
      try {
        list(directory, name + "/", level + 1);
      } catch (FileNotFoundException e) {
        throw new IOException(name + " was removed while it was listed", e);
      }
    } else if (below == Below.SEARCHED) {
      search(directory, name, 1);
    }
  }

  private void search(Path directory, String name, int levels) {
    if (!seen.add(StorageLocation.canonical(directory.toString()))) {
      return;
    }
    if (levels > MAX_LEVELS_BELOW || searched++ >= MAX_DIRECTORIES_BELOW) {
      note(directory, name, "too deep, or too many folders");
      return;
    }
    try {
      for (FileStatus status : storage.listStatus(directory)) {
        String child = name + "/" + status.getPath().getName();
        if (!status.isDirectory()) {
          addOther(status, child);
        } else if (!SystemFolder.isNamed(status.getPath().getName())) {
          search(status.getPath(), child, levels + 1);
        }
      }
    } catch (FileNotFoundException e) {
      note(directory, name, "it was removed while it was listed");
    } catch (IOException | RuntimeException e) {
      note(directory, name, MessageText.cause(e));
    }
  }

  private void addOther(FileStatus status, String name) {
    if (WeightFile.mayBe(name)) {
      others.add(listed(status, name));
    }
  }

  private void note(Path directory, String name, String why) {
    if (unlisted.size() < MAX_NOTES) {
      unlisted.add(
          new Problem(
              ProblemKind.DIRECTORY_UNREADABLE,
              "cannot look for weights in " + MessageText.printable(name) + ": " + why,
              directory.toString()));
    }
  }

  private static FoundFile listed(FileStatus status, String name) {
    return FoundFile.of(status, name);
  }
}
