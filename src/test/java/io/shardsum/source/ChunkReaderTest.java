package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_BYTES;
import static io.shardsum.source.WeightFiles.listed;
import static io.shardsum.source.WeightFiles.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.ListedFile;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.ShardOpener;
import io.shardsum.source.sums.CpuSums;
import io.shardsum.testing.FlakyFileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reader of a task by itself; the file system {@code flaky} fails as often as it is told. */
class ChunkReaderTest {

  private static final Placement HERE =
      new Placement(UTF8String.fromString("host"), UTF8String.fromString("1"), null);

  @TempDir private Path directory;

  private final Configuration hadoopConf = new Configuration(false);

  @BeforeEach
  void heal() {
    FlakyFileSystem.register(hadoopConf);
    FlakyFileSystem.heal();
  }

  @Test
  void reusesTheBufferOfItsBytes() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 2 * CHUNK_BYTES + 1);
    byte[] expected = Files.readAllBytes(file);
    int begin = (int) WeightFiles.headerBytes(file);

    try (ChunkReader reader = reader(OnError.FAIL, 0, whole(listed(file)), ChunkColumn.DATA)) {
      assertThat(reader.next()).isTrue();
      byte[] first = reader.get().getBinary(0);
      assertThat(ByteBuffer.wrap(first)).isEqualTo(ByteBuffer.wrap(expected, begin, CHUNK_BYTES));

      assertThat(reader.next()).isTrue();
      assertThat(reader.get().getBinary(0)).isSameAs(first);
      assertThat(ByteBuffer.wrap(first))
          .isEqualTo(ByteBuffer.wrap(expected, begin + CHUNK_BYTES, CHUNK_BYTES));

      assertThat(reader.next()).isTrue();
      assertThat(reader.get().getBinary(0)).containsExactly(expected[expected.length - 1]);
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void readsEachByteOnceWhereTensorsDoNotFillTheWindow() throws IOException {
    Path file =
        WeightFiles.write(
            directory.resolve("a.safetensors"), 600_000, 600_000, 0, CHUNK_BYTES + 7, 1, 900_000);

    ChunkReader reader = reader(OnError.FAIL, 0, whole(listed(file)), ChunkColumn.CHUNK_SUM);

    assertThat(sums(reader)).isEqualTo(expectedSums(file));
    assertThat(metric(reader, "bytesRead")).isEqualTo(Files.size(file));
    assertThat(metric(reader, "filesOpened")).isEqualTo(1);
  }

  @Test
  void readsAnObjectInOneStreamWithoutGoingBack() throws IOException {
    Path file =
        WeightFiles.write(directory.resolve("a.safetensors"), 600_000, 600_000, CHUNK_BYTES + 7);
    ScannedFile listed = listed(FlakyFileSystem.uri(file), file);

    ChunkReader reader = reader(OnError.FAIL, 0, whole(listed), ChunkColumn.CHUNK_SUM);

    assertThat(sums(reader)).isEqualTo(expectedSums(file));
    assertThat(FlakyFileSystem.opened()).isEqualTo(1);
    assertThat(FlakyFileSystem.seeks()).isZero();
    assertThat(metric(reader, "bytesRead")).isEqualTo(Files.size(file));
  }

  @Test
  void hashesAFileAsAWholeWhileItReadsTheTensors() throws IOException {
    Path file =
        WeightFiles.write(
            directory.resolve("a.safetensors"), 600_000, 3 * CHUNK_BYTES, 0, CHUNK_BYTES + 7);
    String digest = DigestUtils.sha256Hex(Files.readAllBytes(file));
    ScannedFile skippingOne = listed(FlakyFileSystem.uri(file), file, "t1");

    ChunkReader reader =
        reader(OnError.FAIL, 0, whole(skippingOne), ChunkColumn.FILE_SHA256, ChunkColumn.SHA256);

    assertThat(fileDigests(reader)).containsExactly(null, null, null, null, digest);
    assertThat(FlakyFileSystem.opened()).isEqualTo(1);
    assertThat(FlakyFileSystem.seeks()).isZero();
    assertThat(metric(reader, "bytesRead")).isEqualTo(Files.size(file));
  }

  @Test
  void hashesAFileWithoutTensors() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"));
    String digest = DigestUtils.sha256Hex(Files.readAllBytes(file));

    ChunkReader reader = reader(OnError.FAIL, 0, whole(listed(file)), ChunkColumn.FILE_SHA256);

    assertThat(fileDigests(reader)).containsExactly(digest);
  }

  @Test
  void hasNoDigestOfAFileOfWhichItReadsAPart() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50, 50);
    long half = WeightFiles.headerBytes(file) + 50;
    FileSlice slice = new FileSlice(0, listed(file), half, Files.size(file));

    ChunkReader reader = reader(OnError.FAIL, 0, slice, ChunkColumn.FILE_SHA256);

    assertThat(fileDigests(reader)).containsOnlyNulls().hasSize(1);
  }

  @Test
  void hasNoDigestOfAFileWithAnUnreadableTensorThoughThatIsSkipped() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50, 3 * CHUNK_BYTES);
    ScannedFile skippingTheLast = listed(FlakyFileSystem.uri(file), file, "t1");
    ChunkReader reader =
        reader(
            OnError.REPORT, 0, whole(skippingTheLast), ChunkColumn.FILE_SHA256, ChunkColumn.ERROR);

    assertThat(reader.next()).isTrue();
    FlakyFileSystem.failReads(9);

    assertThat(reader.next()).isTrue();
    assertThat(reader.get().isNullAt(0)).isTrue();
    assertThat(reader.get().getString(1)).startsWith("Cannot read " + FlakyFileSystem.uri(file));
  }

  private static List<String> fileDigests(ChunkReader reader) throws IOException {
    List<String> digests = new ArrayList<>();
    try (reader) {
      while (reader.next()) {
        digests.add(reader.get().isNullAt(0) ? null : reader.get().getString(0));
      }
    }
    return digests;
  }

  @Test
  void readsAgainWhatFailed() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 2_000_000, 50, 0);
    FlakyFileSystem.failReads(2);

    assertThat(sums(flakyReader(OnError.FAIL, 2, file))).isEqualTo(expectedSums(file));
    assertThat(FlakyFileSystem.opened()).isEqualTo(3);
  }

  @Test
  void readsAgainWhatFailedInTheMiddleOfTheData() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 600_000, 2_000_000);
    ChunkReader reader = flakyReader(OnError.FAIL, 2, file);
    List<Long> sums = new ArrayList<>();

    assertThat(reader.next()).isTrue();
    sums.add(reader.get().getLong(0));
    FlakyFileSystem.failReads(2);
    while (reader.next()) {
      sums.add(reader.get().getLong(0));
    }

    assertThat(sums).isEqualTo(expectedSums(file));
    assertThat(FlakyFileSystem.opened()).isEqualTo(3);
  }

  @Test
  void readsAgainThoughWhatFailedCannotBeClosed() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    FlakyFileSystem.failReads(1);
    FlakyFileSystem.failCloses(1);

    assertThat(sums(flakyReader(OnError.FAIL, 1, file))).isEqualTo(expectedSums(file));
  }

  @Test
  void asksAgainForTheStateOfTheFile() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    ChunkReader reader = flakyReader(OnError.FAIL, 1, file);
    FlakyFileSystem.failStatuses(1);

    assertThat(reader.next()).isTrue();
    FlakyFileSystem.failStatuses(1);
    assertThat(reader.next()).isFalse();
  }

  @Test
  void readsAgainAfterATimeout() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    FlakyFileSystem.failWith(() -> new SocketTimeoutException("Read timed out"));
    FlakyFileSystem.failReads(1);

    assertThat(sums(flakyReader(OnError.FAIL, 1, file))).isEqualTo(expectedSums(file));
  }

  @Test
  void reportsATimeoutThatStays() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    FlakyFileSystem.failWith(() -> new SocketTimeoutException("Read timed out"));
    FlakyFileSystem.failReads(9);

    assertThat(errors(reader(OnError.REPORT, 1, flaky(file), ChunkColumn.ERROR)))
        .containsExactly(
            "Cannot read %s: no answer in time: Read timed out"
                .formatted(FlakyFileSystem.uri(file)));
  }

  @Test
  void passesOnThatTheTaskShallEnd() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    FlakyFileSystem.failWith(() -> new InterruptedIOException("killed"));
    FlakyFileSystem.failReads(9);

    assertThatThrownBy(() -> reader(OnError.REPORT, 3, flaky(file), ChunkColumn.DATA).next())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("killed");
    assertThat(FlakyFileSystem.opened()).isEqualTo(1);
  }

  @Test
  void givesUpAfterTheLastRetry() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    FlakyFileSystem.failReads(2);

    assertThatThrownBy(() -> flakyReader(OnError.FAIL, 1, file).next())
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot read %s: the network is down".formatted(FlakyFileSystem.uri(file)));
    assertThat(FlakyFileSystem.opened()).isEqualTo(2);
  }

  @Test
  void doesNotTryAgainWhatCannotHelp() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    String uri = FlakyFileSystem.uri(file);

    FlakyFileSystem.failReads(9);
    FlakyFileSystem.failWith(() -> new FileNotFoundException("404"));
    assertThat(errors(reader(OnError.REPORT, 9, flaky(file), ChunkColumn.ERROR)))
        .containsExactly("Cannot read %s: it was removed after it was listed".formatted(uri));
    FlakyFileSystem.failWith(() -> new AccessControlException("403"));
    assertThat(errors(reader(OnError.REPORT, 9, flaky(file), ChunkColumn.ERROR)))
        .containsExactly("Cannot read %s: permission denied".formatted(uri));
    assertThat(FlakyFileSystem.opened()).isEqualTo(2);
  }

  @Test
  void reportsTheRestOfTheSliceAfterAReadThatFailed() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 2_000_000, 50);
    ChunkReader reader =
        reader(OnError.REPORT, 0, flaky(file), ChunkColumn.CHUNK_SUM, ChunkColumn.ERROR);

    assertThat(reader.next()).isTrue();
    assertThat(reader.get().isNullAt(0)).isFalse();
    assertThat(reader.get().isNullAt(1)).isTrue();
    FlakyFileSystem.failReads(1);
    for (int chunk = 0; chunk < 2; chunk++) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.get().isNullAt(0)).isTrue();
      assertThat(reader.get().getString(1)).contains("the network is down");
    }
    assertThat(reader.next()).isFalse();
  }

  /** The bytes of a rewritten file are not those of the file that was listed. */
  @Test
  void reportsAFileThatChangedWhileItWasRead() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 50);
    ScannedFile listed = listed(file);
    ChunkReader reader =
        reader(OnError.REPORT, 0, whole(listed), ChunkColumn.TENSOR, ChunkColumn.ERROR);

    assertThat(reader.next()).isTrue();
    assertThat(reader.get().getString(0)).isEqualTo("t0");
    WeightFiles.setLength(file, Files.size(file) + 1);
    assertThat(reader.next()).isTrue();
    assertThat(reader.get().isNullAt(0)).isTrue();
    assertThat(reader.get().getString(1))
        .startsWith(
            "Cannot read %s: changed after it was listed: expected %s bytes of "
                .formatted(listed.path(), listed.lengthBytes()))
        .contains("found %s bytes of ".formatted(listed.lengthBytes() + 1));
    assertThat(reader.next()).isFalse();
  }

  /** As MinIO does: its listing has milliseconds, its answer for one object whole seconds. */
  @ParameterizedTest
  @CsvSource({"1700000000123, 1700000000000", "1700000000000, 1700000000123"})
  void readsAFileWhoseTimeIsListedAndGivenInDifferentPrecision(long listed, long given)
      throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 100, 200);
    Files.setLastModifiedTime(file, FileTime.fromMillis(listed));
    FlakyFileSystem.show(status -> new StatusOfStore(status, given, null));

    assertThat(sums(flakyReader(OnError.FAIL, 0, file))).isEqualTo(expectedSums(file));
  }

  @ParameterizedTest
  @CsvSource({"1700000000123, 1700000000124", "1700000000123, 1700000001000", "1000, 0"})
  void reportsAFileOfAnotherTime(long listed, long given) throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 100);
    Files.setLastModifiedTime(file, FileTime.fromMillis(listed));
    FlakyFileSystem.show(status -> new StatusOfStore(status, given, null));

    assertThat(errors(reader(OnError.REPORT, 0, flaky(file), ChunkColumn.ERROR)))
        .singleElement()
        .asString()
        .contains(": changed after it was listed: expected ");
  }

  /** Its time may be another one: that of a copy, or of a store that gives no parts of seconds. */
  @Test
  void readsAFileOfTheListedEtagAndNoOther() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 100, 200);
    ListedFile listed =
        new ListedFile(FlakyFileSystem.uri(file), Files.size(file), 1_700_000_000_123L, "e1");
    FileSlice slice = whole(new ScannedFile(listed, List.of()));

    FlakyFileSystem.show(status -> new StatusOfStore(status, 1_700_000_099_000L, "e1"));
    assertThat(sums(reader(OnError.FAIL, 0, slice, ChunkColumn.CHUNK_SUM)))
        .isEqualTo(expectedSums(file));
    FlakyFileSystem.show(status -> new StatusOfStore(status, 1_700_000_000_123L, "e2"));
    assertThat(errors(reader(OnError.REPORT, 0, slice, ChunkColumn.ERROR)))
        .singleElement()
        .asString()
        .contains(": changed after it was listed: expected ", ", etag e1, found ", ", etag e2");
  }

  @Test
  void reportsAFileThatIsReplacedWhileItIsReadAndKeepsItsTime() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 100);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    FlakyFileSystem.show(status -> new StatusOfStore(status, 1000, "v" + FlakyFileSystem.opened()));

    assertThatThrownBy(() -> sums(flakyReader(OnError.FAIL, 0, file)))
        .hasMessageContaining(": changed after it was opened: expected ")
        .hasMessageContaining("of 1970-01-01T00:00:01Z, etag v0, found ")
        .hasMessageEndingWith("of 1970-01-01T00:00:01Z, etag v1");
  }

  @Test
  void reportsAPathThatCannotBe() throws IOException {
    for (String path : List.of("", "/w/nul\0.safetensors", "no-such-scheme:/w/a.safetensors")) {
      ScannedFile file = new ScannedFile(new ListedFile(path, 10, 0), List.of());
      assertThat(errors(reader(OnError.REPORT, 0, whole(file), ChunkColumn.ERROR)))
          .singleElement()
          .asString()
          .startsWith("Cannot read " + file.listed().shown() + ": ");
    }
  }

  @Test
  void keepsAMessageInOneLineWhateverThePath() throws IOException {
    ScannedFile file = new ScannedFile(new ListedFile("/no/such\n\u202Efile", 10, 0), List.of());

    assertThat(errors(reader(OnError.REPORT, 0, whole(file), ChunkColumn.ERROR)))
        .containsExactly("Cannot read /no/such\\n\\u202efile: it was removed after it was listed");
  }

  private FileSlice flaky(Path file) throws IOException {
    return whole(listed(FlakyFileSystem.uri(file), file));
  }

  private ChunkReader flakyReader(OnError onError, int retries, Path file) throws IOException {
    return reader(onError, retries, flaky(file), ChunkColumn.CHUNK_SUM);
  }

  private ChunkReader reader(
      OnError onError, int retries, FileSlice slice, ChunkColumn... columns) {
    return new ChunkReader(
        List.of(slice),
        List.of(columns),
        RowUnit.CHUNK,
        onError,
        ChunkSample.NONE,
        new ShardOpener(hadoopConf, ReadSettings.USUAL.withRetries(retries), new ReadCounts()),
        new CpuSums(),
        HERE);
  }

  private static List<Long> sums(ChunkReader reader) throws IOException {
    List<Long> sums = new ArrayList<>();
    try (reader) {
      while (reader.next()) {
        sums.add(reader.get().getLong(0));
      }
    }
    return sums;
  }

  private static List<String> errors(ChunkReader reader) throws IOException {
    List<String> errors = new ArrayList<>();
    try (reader) {
      while (reader.next()) {
        errors.add(reader.get().getString(0));
      }
    }
    return errors;
  }

  /** The chunk sums of a small file, from its bytes in memory. */
  private static List<Long> expectedSums(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    long dataOffset = WeightFiles.headerBytes(file);
    List<Long> sums = new ArrayList<>();
    WeightFiles.header(file)
        .tensors()
        .forEach(
            tensor -> {
              long length = tensor.lengthBytes();
              for (long begin = 0; begin < Math.max(1, length); begin += CHUNK_BYTES) {
                int from = (int) (dataOffset + tensor.beginBytes() + begin);
                int count = (int) Math.min(CHUNK_BYTES, length - begin);
                ByteBuffer chunk = ByteBuffer.wrap(bytes, from, count);
                sums.add(new SglangChecksum().sum(chunk, begin / Integer.BYTES, length));
              }
            });
    return sums;
  }

  private static long metric(ChunkReader reader, String name) {
    for (CustomTaskMetric metric : reader.currentMetricsValues()) {
      if (metric.name().equals(name)) {
        return metric.value();
      }
    }
    throw new AssertionError("No metric " + name);
  }
}
