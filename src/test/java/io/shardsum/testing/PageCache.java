package io.shardsum.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** What the page cache holds of files. Tests that ask are skipped where nobody can tell. */
public final class PageCache {
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  private PageCache() {}

  /** Makes directories beside what is built, which is on a disk. */
  public static final class OnDisk implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.createTempDirectory(
          Files.createDirectories(Path.of("target").toAbsolutePath()), "direct-");
    }
  }

  /** Makes directories whose files are in memory, where there is such a file system. */
  public static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      Path memory = Path.of("/dev/shm");
      return Files.isWritable(memory)
          ? Files.createTempDirectory(memory, "shardsum-")
          : Files.createTempDirectory("shardsum-");
    }
  }

  /** Skips a test where files of a directory cannot be read past the cache. */
  public static void assumeDirectReads(Path directory) throws IOException {
    assumeThat(IN_MEMORY).doesNotContain(Files.getFileStore(directory).type());
    Path any = Files.write(directory.resolve("any"), new byte[1]);
    try {
      FileChannel.open(any, StandardOpenOption.READ, ExtendedOpenOption.DIRECT).close();
    } catch (IOException | UnsupportedOperationException e) {
      assumeThat(e).as("direct reads").isNull();
    }
    Files.delete(any);
  }

  /** Skips a test where files of a directory are on a disk. */
  public static void assumeInMemory(Path directory) throws IOException {
    assumeThat(IN_MEMORY).contains(Files.getFileStore(directory).type());
  }

  /** Lets go of the pages of a file. */
  public static void drop(Path file) throws IOException {
    output("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0");
  }

  /** How many bytes of a file are in the cache. */
  public static long bytes(Path file) throws IOException {
    return Long.parseLong(output("fincore", "-n", "-b", "-o", "RES", file.toString()).strip());
  }

  private static String output(String... command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeThat(e).as("is there %s", command[0]).isNull();
      throw e;
    }
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
