package io.shardsum.scan.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.manifest.Manifest;
import io.shardsum.testing.FlakyFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OtherFilesTest {

  private static final String NAME = "config.json";
  private static final String PUBLISHED = DigestUtils.sha256Hex("{}");
  private static final long TOO_LONG = 1L << 30;

  @TempDir private Path directory;

  @BeforeEach
  void heal() throws IOException {
    FlakyFileSystem.heal();
    Files.writeString(directory.resolve(NAME), "{ }");
  }

  @Test
  void blamesAFileThatDiffersInTwoReadings() {
    assertThat(compared())
        .isEqualTo(
            new OtherFiles.Compared(
                0,
                0,
                List.of(
                    new OtherFiles.Differing(
                        FlakyFileSystem.uri(directory) + "/" + NAME,
                        PUBLISHED,
                        DigestUtils.sha256Hex("{ }")))));
  }

  @Test
  void blamesNoFileThatCannotBeReadASecondTime() {
    AtomicInteger asked = new AtomicInteger();
    FlakyFileSystem.show(status -> asked.incrementAndGet() == 1 ? status : longer(status));

    assertThat(compared()).isEqualTo(new OtherFiles.Compared(0, 1, List.of()));
  }

  /** To open it would wait until somebody writes. */
  @Test
  @Timeout(60)
  void readsNoPipe() throws Exception {
    Files.delete(directory.resolve(NAME));
    Process mkfifo = new ProcessBuilder("mkfifo", directory.resolve(NAME).toString()).start();
    assertThat(mkfifo.waitFor()).isZero();

    assertThat(compared("file:" + directory, new Configuration()))
        .isEqualTo(new OtherFiles.Compared(0, 1, List.of()));
  }

  private static FileStatus longer(FileStatus status) {
    return new FileStatus(TOO_LONG, false, 1, 1, status.getModificationTime(), status.getPath());
  }

  private OtherFiles.Compared compared() {
    Configuration conf = new Configuration();
    FlakyFileSystem.register(conf);
    return compared(FlakyFileSystem.uri(directory), conf);
  }

  private static OtherFiles.Compared compared(String in, Configuration conf) {
    NavigableMap<String, String> none = Collections.emptyNavigableMap();
    Manifest manifest =
        new Manifest(
            "SHA256SUMS",
            Manifest.Signing.UNSIGNED,
            new TreeMap<>(Map.of(NAME, PUBLISHED)),
            none,
            none,
            List.of(),
            none);
    return new OtherFiles(conf).compare(in, manifest, List.of(NAME));
  }
}
