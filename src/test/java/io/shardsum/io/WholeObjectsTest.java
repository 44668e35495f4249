package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeObjectsTest {

  @TempDir private java.nio.file.Path directory;

  private static FileSystem store() throws IOException {
    Configuration conf = new Configuration();
    WholeObjects.settings("file", LocalFileSystem.class.getName()).forEach(conf::set);
    return new Path("file:///").getFileSystem(conf);
  }

  private Path file(String name, byte[] bytes) throws IOException {
    return new Path(Files.write(directory.resolve(name), bytes).toUri());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aFileIsReadOnceWhereverItsReaderLooks() throws Exception {
    byte[] bytes = random(10_000);
    Path file = file("rows.parquet", bytes);
    FileSystem store = store();
    assertThat(store.getScheme()).isEqualTo("file");
    FileStatus status = store.getFileStatus(file);
    Files.delete(java.nio.file.Path.of(file.toUri().getPath()));
    assertThat(status.getLen()).isEqualTo(bytes.length);
    try (FSDataInputStream in = store.openFile(file).withFileStatus(status).build().get()) {
      byte[] end = new byte[8];
      in.readFully(bytes.length - 8, end);
      assertThat(end).containsExactly(Arrays.copyOfRange(bytes, 9_992, 10_000));
      in.seek(4);
      assertThat(in.read()).isEqualTo(bytes[4] & 0xFF);
      in.seek(0);
      assertThat(in.readAllBytes()).isEqualTo(bytes);
      assertThatThrownBy(() -> in.seek(10_001))
          .isInstanceOf(EOFException.class)
          .hasMessage("no byte 10001 of 10000");
    }
  }

  @Test
  void otherFilesAreReadAsEver() throws Exception {
    for (Path file :
        new Path[] {
          file("long.parquet", random(WholeObjects.MOST_BYTES)),
          file("empty.parquet", new byte[0]),
          file("_dropped", random(10))
        }) {
      FileSystem store = store();
      FileStatus status = store.getFileStatus(file);
      assertThat(status.getModificationTime()).isPositive();
      try (FSDataInputStream in = store.openFile(file).withFileStatus(status).build().get()) {
        assertThat(in.readAllBytes()).hasSize((int) status.getLen());
      }
    }
  }

  @Test
  void aFileThatIsNotThereIsNotThere() throws Exception {
    Path gone = new Path(directory.resolve("gone.parquet").toUri());
    assertThatThrownBy(() -> store().getFileStatus(gone))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining("gone.parquet");
  }

  @Test
  void anotherClassForS3aStays() {
    Configuration conf = new Configuration();
    assertThat(WholeObjects.settings(conf))
        .containsEntry("fs.s3a.impl", WholeObjects.class.getName());
    conf.set("fs.s3a.impl", "com.acme.Store");
    assertThat(WholeObjects.settings(conf)).isEmpty();
  }
}
