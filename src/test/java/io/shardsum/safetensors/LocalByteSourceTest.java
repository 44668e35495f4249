package io.shardsum.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalByteSourceTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.write(folder.resolve("f"), new byte[] {10, 11, 12, 13, 14});
  }

  @Test
  void fillsWhatRemainsOfTheTarget() throws IOException {
    ByteBuffer target = ByteBuffer.allocate(4).put((byte) 1);
    try (ByteSource source = ByteSource.ofPath(file)) {
      source.readFully(2, target);
      assertThat(source.lengthBytes()).isEqualTo(5);
      assertThat(source.name()).isEqualTo(file.toString());
    }
    assertThat(target.array()).containsExactly(1, 12, 13, 14);
  }

  @Test
  void rejectsReadPastTheEnd() throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      assertThatThrownBy(() -> source.readFully(3, ByteBuffer.allocate(5)))
          .isInstanceOf(EOFException.class)
          .hasMessage(
              "Cannot read %s: file ends too soon: expected 3 more bytes at byte 5, found none",
              file);
    }
  }

  @Test
  void rejectsNegativePosition() throws IOException {
    try (ByteSource source = ByteSource.ofPath(file)) {
      assertThatThrownBy(() -> source.readFully(-1, ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Negative position");
    }
  }

  @Test
  void rejectsMissingFile() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> ByteSource.ofPath(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing.toString());
  }
}
