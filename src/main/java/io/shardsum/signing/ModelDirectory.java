package io.shardsum.signing;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.StorageLocation;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ListedFile;
import io.shardsum.manifest.ModelStatement.Links;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files that {@code model_signing} 1.1 hashes of a directory ({@code _serialization/file.py}):
 * all below it but ignored ones, hidden ones too. Links to files are followed if that is allowed,
 * links to directories never.
 */
final class ModelDirectory {

  /** What {@code model_signing} leaves out by itself. */
  private static final List<String> OF_GIT =
      List.of(".git", ".gitattributes", ".github", ".gitignore");

  private static final String LOCAL = "file:";
  private static final char UNKNOWN = '\uFFFD';

  private final String location;
  private final List<String> ignored;
  private final Configuration hadoopConf;
  private final NavigableMap<String, ListedFile> files = new TreeMap<>();
  private Links links = Links.NONE;

  private ModelDirectory(String location, List<String> ignored, Configuration hadoopConf) {
    this.location = location;
    this.ignored = Stream.concat(ignored.stream(), OF_GIT.stream()).distinct().toList();
    this.hadoopConf = hadoopConf;
  }

  /**
   * Lists a directory.
   *
   * @param location with its scheme
   * @param ignored paths in it, besides those of Git
   * @throws UsageException if it is none, or has what is neither file nor directory
   */
  static ModelDirectory list(String location, List<String> ignored, Configuration hadoopConf) {
    ModelDirectory directory =
        new ModelDirectory(qualified(location, hadoopConf), ignored, hadoopConf);
    try {
      if (directory.isLocal()) {
        directory.listLocal();
      } else {
        directory.listStored();
      }
    } catch (IOException e) {
      throw cannotRead(location, e);
    }
    if (directory.files.isEmpty()) {
      throw new UsageException(
          "Cannot sign %s: expected files in it, found none".formatted(ListedFile.shown(location)));
    }
    return directory;
  }

  private boolean isLocal() {
    return location.startsWith(LOCAL);
  }

  private void listLocal() throws IOException {
    Path root = Path.of(location.substring(LOCAL.length()));
    if (Files.isSymbolicLink(root)) {
      throw new UsageException(
          "Cannot sign %s: expected a directory, found a link to %s: sign that, as named in the scan"
              .formatted(
                  ListedFile.shown(location),
                  ListedFile.shown(Files.readSymbolicLink(root).toString())));
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isSymbolicLink()) {
              links = Links.FOLLOWED;
            }
            String name = root.relativize(file).toString();
            requireReadable(name);
            addLocal(name, file);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** In another locale than one of UTF-8, Java has no text for all names. */
  private void requireReadable(String name) {
    if (name.indexOf(UNKNOWN) >= 0) {
      throw new UsageException(
          "Cannot sign %s: expected names of files that Java can read, found %s: try LC_ALL=C.UTF-8"
              .formatted(ListedFile.shown(location), ListedFile.shown(name)));
    }
  }

  private void addLocal(String name, Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      add(
          name,
          new ListedFile(
              LOCAL + file, Files.size(file), Files.getLastModifiedTime(file).toMillis()));
    } else if (!Files.isDirectory(file)) {
      throw new UsageException(
          "Cannot sign %s: expected files and directories, found %s, which is neither"
              .formatted(ListedFile.shown(location), ListedFile.shown(name)));
    }
  }

  private void listStored() throws IOException {
    org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(location);
    FileSystem storage = root.getFileSystem(hadoopConf);
    String above = ListedFile.prefix(root, storage);
    RemoteIterator<LocatedFileStatus> found = storage.listFiles(root, true);
    while (found.hasNext()) {
      ListedFile file = ListedFile.of(found.next());
      if (file.path().startsWith(above)) {
        add(file.path().substring(above.length()), file);
      }
    }
  }

  private void add(String name, ListedFile file) {
    if (ignored.stream().noneMatch(path -> (name + "/").startsWith(path + "/"))) {
      files.put(name, file);
    }
  }

  /** The files that are signed, by their paths in the directory. */
  NavigableMap<String, ListedFile> files() {
    return Collections.unmodifiableNavigableMap(files);
  }

  /** What is left out. */
  List<String> ignored() {
    return ignored;
  }

  Links links() {
    return links;
  }

  /** The last part of its path; of a root, its store. */
  String name() {
    String path = location.replaceFirst("/+$", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** As the tables have it, with its scheme. */
  String location() {
    return location;
  }

  /** What the paths of its files begin with. */
  String prefix() {
    return location.endsWith("/") ? location : location + "/";
  }

  /** A path as the tables have it, however it is written. */
  private static String qualified(String location, Configuration hadoopConf) {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
    try {
      return path.getFileSystem(hadoopConf).makeQualified(path).toString();
    } catch (IOException e) {
      throw cannotRead(location, e);
    }
  }

  /** Reads one of its files. */
  InputStream open(ListedFile file) throws IOException {
    if (isLocal()) {
      return Files.newInputStream(Path.of(file.path().substring(LOCAL.length())));
    }
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.path());
    return path.getFileSystem(hadoopConf).open(path);
  }

  /**
   * The path in the directory that a location is.
   *
   * @return empty stream: it lies elsewhere
   */
  static Stream<String> within(String location, String directory, Configuration hadoopConf) {
    String above =
        StorageLocation.canonical(qualified(directory, hadoopConf)).replaceFirst("/+$", "") + "/";
    String canonical = StorageLocation.canonical(qualified(location, hadoopConf));
    return canonical.startsWith(above)
        ? Stream.of(canonical.substring(above.length()))
        : Stream.empty();
  }

  /** What is said where a file cannot be read. */
  static UncheckedIOException cannotRead(String path, IOException why) {
    return new UncheckedIOException(
        "Cannot read %s: %s"
            .formatted(ListedFile.shown(path), ListedFile.shown(FailureReason.of(why))),
        why);
  }
}
