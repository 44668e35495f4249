package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.io.BlockHosts;
import io.shardsum.io.ListedFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.BlockLocation;
import org.junit.jupiter.api.Test;

class SplitPlannerTest {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private static final SplitPlanner AS_SPARK_DOES =
      new SplitPlanner(128 * MIB, 4 * MIB, 200, false);

  @Test
  void cutsAHugeFileIntoManyTasks() {
    List<ScannedFile> files = List.of(file(40 * GIB));

    List<SafetensorsPartition> tasks = AS_SPARK_DOES.plan(files);

    assertThat(tasks).hasSize(320).allSatisfy(task -> assertThat(task.slices()).hasSize(1));
    assertTiled(files, tasks);
  }

  @Test
  void packsManySmallFilesIntoFewTasks() {
    List<ScannedFile> files = IntStream.range(0, 10_000).mapToObj(i -> file(1000)).toList();

    List<SafetensorsPartition> tasks = AS_SPARK_DOES.plan(files);

    assertThat(tasks).hasSizeBetween(200, 400);
    assertTiled(files, tasks);
  }

  @Test
  void givesAllCoresWorkWhereOneTaskCouldReadItAll() {
    assertThat(new SplitPlanner(128 * MIB, MIB, 8, false).plan(List.of(file(64 * MIB))))
        .hasSizeBetween(8, 9);
  }

  @Test
  void doesNotCutWhatIsNotWorthOpeningAgain() {
    assertThat(new SplitPlanner(128 * MIB, 4 * MIB, 200, false).plan(List.of(file(4 * MIB))))
        .hasSize(1);
  }

  @Test
  void cutsAFileIntoEqualPieces() {
    List<SafetensorsPartition> tasks =
        new SplitPlanner(100, 1, 1, false).plan(List.of(file(201), file(100)));

    assertThat(tasks.stream().flatMap(task -> task.slices().stream()).map(FileSlice::lengthBytes))
        .containsExactly(67L, 67L, 67L, 100L);
  }

  @Test
  void givesAHostWhatItHolds() {
    List<ScannedFile> files = List.of(named("hdfs:/a", 300), named("hdfs:/b", 100));
    BlockHosts blocks =
        new BlockHosts(
            Map.of(
                "hdfs:/a", new BlockLocation[] {block(0, 100, "h1", "h2"), block(100, 200, "h2")},
                "hdfs:/b", new BlockLocation[] {block(0, 100, "h1", "h3")}));

    List<SafetensorsPartition> tasks = new SplitPlanner(100, 1, 1, false).plan(files, blocks);

    assertTiled(files, tasks);
    assertThat(tasks)
        .extracting(task -> task.slices().size() + " " + task.places())
        .containsExactly("1 [h1]", "1 [h2]", "1 [h2]", "1 [h3]");
  }

  private static ScannedFile named(String path, long lengthBytes) {
    return new ScannedFile(new ListedFile(path, lengthBytes, 0), List.of());
  }

  private static BlockLocation block(long offset, long length, String... hosts) {
    return new BlockLocation(hosts, hosts, offset, length);
  }

  @Test
  void readsAnEmptyFileToo() {
    assertThat(AS_SPARK_DOES.plan(List.of(file(0))))
        .containsExactly(new SafetensorsPartition(List.of(new FileSlice(0, file(0), 0, 0))));
  }

  @Test
  void plansEmptyFilesThatCostNothingToOpen() {
    assertThat(new SplitPlanner(128 * MIB, 0, 8, false).plan(List.of(file(0), file(0)))).hasSize(1);
  }

  @Test
  void cutsNoFileThatMustStayWhole() {
    List<SafetensorsPartition> tasks =
        new SplitPlanner(100, 1, 4, true).plan(List.of(file(1_000), file(30), file(60), file(50)));

    assertThat(tasks.stream().map(task -> task.slices().stream().map(FileSlice::lengthBytes)))
        .map(Stream::toList)
        .containsExactly(List.of(1_000L), List.of(30L, 60L), List.of(50L));
  }

  @Test
  void plansNoTaskForNoFiles() {
    assertThat(AS_SPARK_DOES.plan(List.of())).isEmpty();
  }

  @Test
  void losesNothingAndKeepsToTheLimitWhateverTheFiles() {
    Random random = new Random(20261123);
    for (int round = 0; round < 2_000; round++) {
      SplitPlanner planner =
          new SplitPlanner(
              1 + random.nextInt(1_000), random.nextInt(200), 1 + random.nextInt(50), false);
      List<ScannedFile> files =
          Stream.generate(() -> file(random.nextBoolean() ? random.nextInt(5_000) : 0))
              .limit(random.nextInt(20))
              .toList();

      List<SafetensorsPartition> tasks = planner.plan(files);

      assertTiled(files, tasks);
      assertThat(tasks)
          .as("%s of %s", planner, files)
          .allSatisfy(
              task -> {
                assertThat(task.slices()).isNotEmpty();
                assertThat(task.slices().stream().mapToLong(FileSlice::lengthBytes).sum())
                    .isLessThanOrEqualTo(planner.splitBytes());
              });
    }
  }

  /** The slices of each file, in order, are the file. */
  private static void assertTiled(List<ScannedFile> files, List<SafetensorsPartition> tasks) {
    Map<Integer, List<FileSlice>> slicesByFile = new LinkedHashMap<>();
    for (SafetensorsPartition task : tasks) {
      for (FileSlice slice : task.slices()) {
        assertThat(slice.file()).isSameAs(files.get(slice.fileIndex()));
        slicesByFile.computeIfAbsent(slice.fileIndex(), index -> new ArrayList<>()).add(slice);
      }
    }
    assertThat(slicesByFile).hasSameSizeAs(files);
    slicesByFile.forEach(
        (index, slices) -> {
          long position = 0;
          for (FileSlice slice : slices) {
            assertThat(slice.beginBytes()).isEqualTo(position);
            position = slice.endBytes();
          }
          assertThat(position).isEqualTo(files.get(index).lengthBytes());
          assertThat(slices)
              .allSatisfy(
                  slice ->
                      assertThat(slice.lengthBytes() > 0 || slices.size() == 1)
                          .as("%s is worth a slice", slice)
                          .isTrue());
        });
  }

  private static ScannedFile file(long lengthBytes) {
    return new ScannedFile(new ListedFile("/w/a.safetensors", lengthBytes, 0), List.of());
  }
}
