package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.io.ListedFile;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.source.ChunkCursor.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkCursorTest {

  private static final long HEADER_BYTES = 1000;

  @Test
  void givesTheChunksOfATensorInOrder() {
    assertThat(chunks(header(2L * CHUNK_BYTES + 5), Unit.CHUNK))
        .containsExactly(
            new Chunk("t0", 0, HEADER_BYTES, CHUNK_BYTES, 0, false),
            new Chunk("t0", 1, HEADER_BYTES + CHUNK_BYTES, CHUNK_BYTES, 262_144, false),
            new Chunk("t0", 2, HEADER_BYTES + 2L * CHUNK_BYTES, 5, 524_288, true));
  }

  @Test
  void givesAnEmptyTensorAsOneEmptyChunk() {
    assertThat(chunks(header(0, 4, 0), Unit.CHUNK))
        .containsExactly(
            new Chunk("t0", 0, HEADER_BYTES, 0, 0, true),
            new Chunk("t1", 0, HEADER_BYTES, 4, 0, true),
            new Chunk("t2", 0, HEADER_BYTES + 4, 0, 0, true));
  }

  @Test
  void givesWhatBeginsAtTheEndOfTheFileToTheLastSlice() {
    SafetensorsHeader header = header(8, 0);
    ScannedFile file = file(header);

    assertThat(chunks(header, new FileSlice(0, file, 0, 1004), Unit.CHUNK))
        .extracting(Chunk::tensor)
        .containsExactly("t0");
    assertThat(chunks(header, new FileSlice(0, file, 1004, 1008), Unit.CHUNK))
        .extracting(Chunk::tensor)
        .containsExactly("t1");
  }

  @Test
  void givesAnEmptyTensorOnACutToTheSliceThatBeginsThere() {
    SafetensorsHeader header = header(8, 0, 8);
    ScannedFile file = file(header);

    assertThat(chunks(header, new FileSlice(0, file, 0, 1008), Unit.CHUNK))
        .extracting(Chunk::tensor)
        .containsExactly("t0");
    assertThat(chunks(header, new FileSlice(0, file, 1008, 1016), Unit.CHUNK))
        .extracting(Chunk::tensor)
        .containsExactly("t1", "t2");
  }

  @Test
  void keepsATensorWholeWhereThatIsAskedFor() {
    SafetensorsHeader header = header(3L * CHUNK_BYTES);
    ScannedFile file = file(header);
    FileSlice head = new FileSlice(0, file, 0, CHUNK_BYTES);
    FileSlice tail = new FileSlice(0, file, CHUNK_BYTES, file.lengthBytes());

    assertThat(chunks(header, head, Unit.TENSOR)).hasSize(3);
    assertThat(chunks(header, tail, Unit.TENSOR)).isEmpty();
    assertThat(chunks(header, head, Unit.CHUNK)).hasSize(1);
    assertThat(chunks(header, tail, Unit.CHUNK)).hasSize(2);
  }

  @Test
  void givesASkippedTensorAsOneChunkThatSaysWhy() {
    SafetensorsHeader header = header(3L * CHUNK_BYTES, 3L * CHUNK_BYTES);
    ScannedFile file = file(header, "no", "t0", "t");

    ChunkCursor cursor = new ChunkCursor(header, WeightFiles.whole(file), Unit.CHUNK);

    assertThat(cursor.next()).isTrue();
    assertThat(cursor.skippedBy()).as("the first that matches").contains("t0");
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.tensor().name()).isEqualTo("t1");
    assertThat(cursor.skippedBy()).contains("t");
    assertThat(cursor.next()).isFalse();
  }

  @Test
  void givesNothingForASliceThatOnlyHoldsPartOfTheHeader() {
    SafetensorsHeader header = header(8);

    assertThat(chunks(header, new FileSlice(0, file(header), 0, 500), Unit.CHUNK)).isEmpty();
  }

  /** Whatever the file and its cuts: the slices' chunks, in order, are the file's chunks. */
  @ParameterizedTest
  @EnumSource
  void givesEachChunkToExactlyOneSlice(Unit unit) {
    Random random = new Random(20261123);
    for (int round = 0; round < 3_000; round++) {
      SafetensorsHeader header = randomHeader(random);
      String[] skip = random.nextInt(3) == 0 ? new String[] {"t1", "t3"} : new String[0];
      ScannedFile file = file(header, skip);

      List<Chunk> found = new ArrayList<>();
      for (FileSlice slice : randomSlices(file, random)) {
        List<Chunk> ofSlice = chunks(header, slice, unit);
        long end = new ChunkCursor(header, slice, unit).endBytes();
        for (Chunk chunk : ofSlice) {
          assertThat(chunk.offsetBytes() + chunk.bytes()).isLessThanOrEqualTo(end);
          boolean mayContinue = unit == Unit.TENSOR && chunk.chunk() > 0;
          assertThat(mayContinue || slice.owns(chunk.offsetBytes()))
              .as("%s begins in %s", chunk, slice)
              .isTrue();
        }
        found.addAll(ofSlice);
      }

      assertThat(found).as("round %d", round).isEqualTo(expected(header, List.of(skip)));
    }
  }

  private static List<Chunk> expected(SafetensorsHeader header, List<String> skip) {
    List<Chunk> chunks = new ArrayList<>();
    for (TensorEntry tensor : header.tensors()) {
      long left = tensor.lengthBytes();
      int chunk = 0;
      do {
        int bytes = (int) Math.min(CHUNK_BYTES, left);
        left -= bytes;
        boolean skipped = skip.contains(tensor.name());
        long offset = header.dataOffsetBytes() + tensor.beginBytes() + (long) chunk * CHUNK_BYTES;
        chunks.add(
            new Chunk(tensor.name(), chunk, offset, bytes, chunk * 262_144L, skipped || left == 0));
        chunk = skipped ? 0 : chunk + 1;
      } while (left > 0 && chunk > 0);
    }
    return chunks;
  }

  private static SafetensorsHeader randomHeader(Random random) {
    long[] lengths = new long[random.nextInt(6)];
    for (int index = 0; index < lengths.length; index++) {
      lengths[index] =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> CHUNK_BYTES * (long) random.nextInt(4) + random.nextInt(3) - 1;
            default -> random.nextInt(5 * CHUNK_BYTES);
          };
      lengths[index] = Math.max(0, lengths[index]);
    }
    return header(lengths);
  }

  /** Cuts at random, and at the begins and ends of tensors and chunks. */
  private static List<FileSlice> randomSlices(ScannedFile file, Random random) {
    TreeSet<Long> cuts = new TreeSet<>();
    int count = random.nextInt(8);
    for (int index = 0; index < count; index++) {
      long cut =
          random.nextBoolean()
              ? HEADER_BYTES + (long) CHUNK_BYTES * random.nextInt(8)
              : (long) (random.nextDouble() * file.lengthBytes());
      if (cut > 0 && cut < file.lengthBytes()) {
        cuts.add(cut);
      }
    }
    cuts.add(file.lengthBytes());
    List<FileSlice> slices = new ArrayList<>();
    long begin = 0;
    for (long end : cuts) {
      slices.add(new FileSlice(0, file, begin, end));
      begin = end;
    }
    return slices;
  }

  private static List<Chunk> chunks(SafetensorsHeader header, Unit unit) {
    return chunks(header, WeightFiles.whole(file(header)), unit);
  }

  private static List<Chunk> chunks(SafetensorsHeader header, FileSlice slice, Unit unit) {
    ChunkCursor cursor = new ChunkCursor(header, slice, unit);
    List<Chunk> chunks = new ArrayList<>();
    while (cursor.next()) {
      chunks.add(
          new Chunk(
              cursor.tensor().name(),
              cursor.chunk(),
              cursor.chunkOffsetBytes(),
              cursor.chunkBytes(),
              cursor.firstWord(),
              cursor.isLastChunk()));
    }
    return chunks;
  }

  private static SafetensorsHeader header(long... lengths) {
    List<TensorEntry> tensors = new ArrayList<>();
    long position = 0;
    for (long length : lengths) {
      long end = position + length;
      tensors.add(new TensorEntry("t" + tensors.size(), DType.U8, List.of(length), position, end));
      position = end;
    }
    return new SafetensorsHeader(tensors, Map.of(), HEADER_BYTES);
  }

  private static ScannedFile file(SafetensorsHeader header, String... skip) {
    long lengthBytes = header.dataOffsetBytes() + header.dataLengthBytes();
    return new ScannedFile(new ListedFile("/w/a.safetensors", lengthBytes, 0), List.of(skip));
  }

  private record Chunk(
      String tensor, int chunk, long offsetBytes, int bytes, long firstWord, boolean isLast) {}
}
