package io.shardsum.cli;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.files.HostRate;
import io.shardsum.scan.files.ReadTimes;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.Verdict;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.AgreementWords;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.RankStatus;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A scan's result as JSON; keys are the tables' column names. */
record SummaryJson(
    String fleet,
    String scanId,
    Instant startedAt,
    Verdict verdict,
    int exitCode,
    long tensors,
    long bytes,
    long readBytes,
    Optional<Instant> hashedAt,
    String tables,
    String accelerator,
    int canaries,
    int canariesFound,
    Optional<Integer> resumedRanks,
    Optional<Long> resumedBytes,
    List<Host> hosts,
    Iterator<Engine> engines,
    Live live,
    Iterator<FindingJson> findings,
    Checked coverage,
    Timings timings) {

  static SummaryJson of(ScanSummary summary) {
    return new SummaryJson(
        summary.request().inventory().fleet(),
        summary.request().scanId().text(),
        summary.request().startedAt(),
        summary.verdict(),
        summary.verdict().exitCode().number(),
        summary.tensors(),
        summary.bytes(),
        summary.readBytes(),
        summary.hashedAt(),
        summary.request().out(),
        summary.accelerator().orElse("cpu"),
        summary.canaries().shards(),
        summary.canaries().found(),
        summary.resumed().map(Resumed::ranks),
        summary.resumed().map(Resumed::bytes),
        summary.readTimes().hosts().hosts().stream().map(Host::of).toList(),
        engines(summary),
        Live.of(summary),
        summary.findings().stream().map(FindingJson::of).iterator(),
        Checked.of(summary.files().coverage()),
        Timings.of(summary));
  }

  private static Iterator<Engine> engines(ScanSummary summary) {
    Map<String, List<RankResult>> ranks =
        summary.files().ranks().stream().collect(Collectors.groupingBy(RankResult::engine));
    AgreementWords words =
        AgreementWords.of(WeightSource.FILES, summary.files().agreements(), summary.findings());
    return summary.files().engines().stream()
        .map(
            engine ->
                Engine.of(
                    engine,
                    summary.files().agreements().get(engine.engine()),
                    words,
                    ranks.get(engine.engine())))
        .iterator();
  }

  private record Host(
      String host,
      long bytes,
      double taskSeconds,
      double seconds,
      long bytesPerSecond,
      boolean slow) {

    static Host of(HostRate rate) {
      return new Host(
          rate.host(),
          rate.bytes(),
          rate.taskSeconds(),
          rate.seconds(),
          rate.bytesPerSecond(),
          rate.slow());
    }
  }

  private record Engine(
      String engine,
      Optional<String> model,
      Optional<String> revision,
      Optional<String> host,
      String comparisonGroup,
      EngineResult.Status status,
      Optional<String> checksum,
      int expectedRanks,
      int hashedRanks,
      int missingRanks,
      long bytes,
      long readBytes,
      Optional<Instant> hashedAt,
      List<String> agreesWith,
      List<String> sameFiles,
      Optional<Agreement.WithReference> comparedWithReference,
      Optional<String> agreement,
      List<Rank> ranks) {

    static Engine of(
        EngineResult engine, Agreement agreement, AgreementWords words, List<RankResult> ranks) {
      return new Engine(
          engine.engine(),
          engine.model(),
          engine.revision(),
          engine.host(),
          engine.group(),
          engine.status(),
          engine.checksum(),
          engine.expectedRanks(),
          engine.hashedRanks(),
          engine.missingRanks(),
          engine.bytes(),
          ranks.stream().mapToLong(RankResult::readBytes).sum(),
          ranks.stream().flatMap(rank -> rank.hashedAt().stream()).min(Comparator.naturalOrder()),
          agreement.equal(),
          agreement.sameStorage(),
          agreement.reference(),
          engine.checksum().map(any -> words.words(engine.engine())),
          ranks.stream().map(Rank::of).toList());
    }
  }

  private record Rank(
      int rank,
      RankStatus status,
      Optional<String> checksum,
      long tensors,
      long skipped,
      long bytes,
      long readBytes,
      Optional<Instant> hashedAt,
      Optional<String> reason) {

    static Rank of(RankResult rank) {
      return new Rank(
          rank.rank(),
          rank.status(),
          rank.checksum(),
          rank.tensors(),
          rank.skipped(),
          rank.bytes(),
          rank.readBytes(),
          rank.hashedAt(),
          rank.reason());
    }
  }

  /** What running engines answered, and how much of it was checked. */
  private record Live(Iterator<LiveEngine> engines, Checked coverage) {

    static Live of(ScanSummary summary) {
      SourceResult live = summary.live();
      AgreementWords words =
          AgreementWords.of(WeightSource.LIVE, live.agreements(), summary.findings());
      return new Live(
          live.engines().stream().map(engine -> LiveEngine.of(engine, live, words)).iterator(),
          Checked.of(live.coverage()));
    }
  }

  private record LiveEngine(
      String engine,
      String comparisonGroup,
      EngineResult.Status status,
      Optional<String> checksum,
      Optional<String> reported,
      Optional<SourceResult.WithFiles> comparedWithFiles,
      List<String> agreesWith,
      List<String> sameAddress,
      Optional<Agreement.WithReference> comparedWithReference,
      Optional<String> agreement,
      Optional<String> host,
      Optional<String> engineVersion,
      Optional<Instant> fetchedAt,
      List<LiveRank> ranks) {

    static LiveEngine of(EngineResult engine, SourceResult live, AgreementWords words) {
      Agreement agreement = live.agreements().get(engine.engine());
      return new LiveEngine(
          engine.engine(),
          engine.group(),
          engine.status(),
          engine.checksum(),
          engine.reported(),
          Optional.ofNullable(live.withFiles().get(engine.engine())),
          agreement.equal(),
          agreement.sameStorage(),
          agreement.reference(),
          engine.checksum().map(any -> words.words(engine.engine())),
          engine.host(),
          engine.version(),
          engine.fetchedAt(),
          live.ranks(engine.engine()).stream().map(LiveRank::of).toList());
    }
  }

  private record LiveRank(
      int rank,
      RankStatus status,
      Optional<String> checksum,
      Optional<String> reported,
      long tensors,
      long skipped,
      Optional<String> reason) {

    static LiveRank of(RankResult rank) {
      return new LiveRank(
          rank.rank(),
          rank.status(),
          rank.checksum(),
          rank.reported(),
          rank.tensors(),
          rank.skipped(),
          rank.reason());
    }
  }

  private record Checked(List<Coverage.Part> states, List<Verified> lastVerified) {

    static Checked of(Coverage coverage) {
      return new Checked(coverage.parts(), coverage.ages().stream().map(Verified::of).toList());
    }
  }

  private record Verified(String engine, Optional<Instant> lastVerifiedAt, String verifiedWithin) {

    static Verified of(Coverage.EngineAge age) {
      return new Verified(age.engine(), age.verifiedAt(), age.age().word());
    }
  }

  /** Where the time went, in seconds; the verdict is a part of landing. */
  private record Timings(
      double startup, double reading, double landing, double verdict, long readBytes) {

    static Timings of(ScanSummary summary) {
      Instant processStart =
          Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
      ReadTimes reading = summary.readTimes();
      return new Timings(
          seconds(Duration.between(processStart, reading.begin())),
          seconds(Duration.between(reading.begin(), reading.end())),
          seconds(Duration.between(reading.end(), Instant.now())),
          seconds(summary.judging()),
          reading.bytes());
    }

    private static double seconds(Duration duration) {
      return duration.toMillis() / 1000.0;
    }
  }
}
