package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.ShardFile;
import io.shardsum.io.ListedFile;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.source.sglang.ShardGroup;
import io.shardsum.tables.LandedWave;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class WavePlanTest {

  private static final long GIB = 1L << 30;

  @Test
  void hasOneWaveWhereThereIsLittleToRead() {
    List<PlannedFile> files = fleet(2, 4, 2, GIB / 20);

    assertThat(waves(files, GIB))
        .singleElement()
        .asInstanceOf(InstanceOfAssertFactories.list(String.class))
        .containsExactlyInAnyOrderElementsOf(files(files));
  }

  @Test
  void hasOneEmptyWaveWhereThereIsNothingToRead() {
    assertThat(waves(List.of(), GIB)).containsExactly(List.of());
  }

  @Test
  void readsEachFileOnceInWavesOfAThirtySecondOfAll() {
    List<PlannedFile> files = fleet(40, 8, 2, GIB);

    List<List<String>> waves = waves(files, GIB);

    assertThat(waves).hasSize(32).allSatisfy(wave -> assertThat(wave).hasSize(20));
    assertThat(waves.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(files(files));
  }

  @Test
  void keepsARankTogetherAndReadsFromManyEnginesAtATime() {
    List<PlannedFile> files = fleet(2, 2, 2, GIB);

    assertThat(waves(files, 2 * GIB))
        .containsExactly(
            List.of("/e0/0-0", "/e0/0-1"),
            List.of("/e1/0-0", "/e1/0-1"),
            List.of("/e0/1-0", "/e0/1-1"),
            List.of("/e1/1-0", "/e1/1-1"));
  }

  @Test
  void partsARankThatIsLargerThanAWave() {
    List<PlannedFile> files = fleet(1, 1, 3, GIB);
    WavePlan plan = new WavePlan(files, WavePace.fixed(GIB));

    List<List<PlannedFile>> waves = waves(plan.waves(files));

    assertThat(waves).hasSize(3);
    LandedWave.RankPart first = plan.stamps().parts(waves.get(0)).get(0);
    LandedWave.RankPart second = plan.stamps().parts(waves.get(1)).get(0);
    assertThat(first.files()).containsExactly("/e0/0-0");
    assertThat(second.files()).containsExactly("/e0/0-1");
    assertThat(second.stamp()).as("of all files of the rank").isEqualTo(first.stamp());
    assertThat(plan.stamps().parts(files).get(0).files()).as("all").isEmpty();
  }

  @Test
  void leavesNoSmallWaveAtTheEnd() {
    List<PlannedFile> files = fleet(1, 9, 1, GIB);

    assertThat(waves(files, 4 * GIB)).extracting(List::size).containsExactly(4, 5);
  }

  @Test
  void hasTheSameShareOfEachHostInEachWave() {
    List<PlannedFile> files = new ArrayList<>();
    fleet(4, 2, 8, GIB).forEach(file -> files.add(on("host-" + file.engine().orElseThrow(), file)));
    fleet(1, 2, 8, 4 * GIB).forEach(file -> files.add(on("host-large", file)));

    List<List<PlannedFile>> waves =
        waves(new WavePlan(files, WavePace.fixed(8 * GIB)).waves(files));

    assertThat(waves)
        .hasSize(16)
        .allSatisfy(
            wave -> assertThat(wave.stream().map(PlannedFile::place).distinct()).hasSize(5));
  }

  @Test
  void readsForSomeSecondsAsSoonAsTheRateIsKnown() {
    List<PlannedFile> files = fleet(40, 1, 1, GIB);
    AtomicLong seconds = new AtomicLong();
    WaveQueue queue =
        new WaveQueue(
            files.stream().map(List::of).toList(),
            GIB / 2,
            WavePace.byRate(2 * GIB),
            () -> seconds.get() * 1_000_000_000);

    WaveQueue.Wave first = queue.next().orElseThrow();
    WaveQueue.Wave second = queue.next().orElseThrow();
    assertThat(List.of(first, second))
        .as("2 GiB each, before the rate is known")
        .allSatisfy(wave -> assertThat(wave.files()).hasSize(2));
    seconds.set(1);
    queue.landed(first.files());
    assertThat(queue.next().orElseThrow().files()).as("2 GiB a second, 10 seconds").hasSize(20);
    seconds.set(8);
    queue.landed(second.files());
    assertThat(queue.next().orElseThrow().files()).as("0.5 GiB a second").hasSize(5);
    seconds.set(80);
    assertThat(queue.next().orElseThrow().files()).as("no less than is usual").hasSize(1);
  }

  @Test
  void readsInOneWaveWhatIsLittleMoreThanTheFirst() {
    WavePace pace = WavePace.byRate(2 * GIB);
    List<PlannedFile> little = fleet(4, 1, 1, GIB);
    List<PlannedFile> more = fleet(5, 1, 1, GIB);

    assertThat(waves(new WavePlan(little, pace).waves(little)))
        .as("4 GiB")
        .extracting(List::size)
        .containsExactly(4);
    assertThat(waves(new WavePlan(more, pace).waves(more)))
        .as("5 GiB")
        .extracting(List::size)
        .containsExactly(2, 2, 1);
  }

  private static PlannedFile on(String place, PlannedFile file) {
    return new PlannedFile(
        file.engine(),
        file.rank(),
        file.digest(),
        file.skip(),
        file.file(),
        file.group(),
        place,
        file.fileDigest());
  }

  private static List<List<String>> waves(List<PlannedFile> files, long leastBytes) {
    WavePlan plan = new WavePlan(files, WavePace.fixed(leastBytes));
    return waves(plan.waves(files)).stream().map(WavePlanTest::files).toList();
  }

  private static List<List<PlannedFile>> waves(WaveQueue queue) {
    List<List<PlannedFile>> waves = new ArrayList<>();
    for (Optional<WaveQueue.Wave> wave = queue.next(); wave.isPresent(); wave = queue.next()) {
      waves.add(wave.get().files());
    }
    return waves;
  }

  private static List<String> files(List<PlannedFile> wave) {
    return wave.stream().map(file -> file.file().path()).toList();
  }

  private static List<PlannedFile> fleet(int engines, int ranks, int parts, long bytes) {
    List<PlannedFile> files = new ArrayList<>();
    for (int engine = 0; engine < engines; engine++) {
      for (int rank = 0; rank < ranks; rank++) {
        for (int part = 0; part < parts; part++) {
          String path = "/e%s/%s-%s".formatted(engine, rank, part);
          files.add(
              new PlannedFile(
                  Optional.of("e" + engine),
                  rank,
                  Digest.SGLANG,
                  List.of(),
                  new ShardFile(new ListedFile(path, bytes, 0), ShardFile.TARGET, part),
                  ShardGroup.NONE));
        }
      }
    }
    return files;
  }
}
