package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.scan.files.AcceleratedPlans;
import io.shardsum.scan.files.FileReduction;
import io.shardsum.scan.files.WeightReading;
import io.shardsum.scan.judge.BaselineReference;
import io.shardsum.scan.judge.CopySource;
import io.shardsum.scan.judge.FileCopies;
import io.shardsum.scan.judge.Judge;
import io.shardsum.scan.judge.Judgement;
import io.shardsum.scan.judge.PastLookup;
import io.shardsum.scan.judge.SecondReader;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.judge.ZeroTensors;
import io.shardsum.scan.live.LiveCopies;
import io.shardsum.scan.live.LiveSource;
import io.shardsum.scan.manifest.FileReading;
import io.shardsum.scan.manifest.ManifestResult;
import io.shardsum.scan.manifest.ManifestSource;
import io.shardsum.scan.manifest.SecondHashes;
import io.shardsum.scan.plan.BackgroundWork;
import io.shardsum.scan.plan.ByteBudget;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSession;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.scan.reread.HeaderReading;
import io.shardsum.scan.reread.SecondReading;
import io.shardsum.scan.reuse.Reuse;
import io.shardsum.tables.ReferenceException;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.SqlStage;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.Rereadings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reduces what was read, and judges it beside what running engines answered. Reused digests are
 * judged once to see which take part in a difference: these files are read, and all is judged anew.
 *
 * @param files all of the fleet
 * @param tables where the tensors of files and of running engines have landed
 * @param limits of what is read a second time
 * @param plans takes note of what is executed
 * @param baselines by comparison group
 */
record FleetJudge(
    SparkSession session,
    ScanRequest request,
    List<PlannedFile> files,
    ScanTables tables,
    RereadLimits limits,
    AcceleratedPlans plans,
    Map<String, BaselineReference> baselines,
    CheckpointSource checkpoints,
    ManifestSource manifests,
    LiveSource live,
    PastLookup past) {

  /** What is known of ranks, besides their checksums. */
  record Metadata(Dataset<Row> formRows, Supplier<List<Row>> rows, Supplier<List<Row>> zeros) {

    /** Begins to compute it. */
    static Metadata of(WeightReading reading, SparkSession session, BackgroundWork work) {
      Dataset<Row> formRows = SqlStage.FORMS.query().with("tensors", reading.tensors()).in(session);
      return new Metadata(
          formRows,
          work.compute(formRows::collectAsList),
          work.compute(() -> ZeroTensors.ofFiles(reading.tensors())));
    }
  }

  /**
   * What is read again, in one round after another.
   *
   * @param known what that has shown
   * @param budget of tensors that are read again
   * @param files that were read again as a whole
   */
  private record Again(Rereadings known, ByteBudget budget, SecondHashes files) {}

  /** What a scan has found. */
  record Judged(
      WeightReading reading,
      FileReduction reduced,
      List<SourceResult> results,
      List<Finding> findings) {}

  /** Reads files once it is known what differs. */
  interface Reader {

    /**
     * Reads.
     *
     * @param insteadOf ranks of which the rows that have landed go first
     */
    WeightReading read(List<PlannedFile> files, Set<RankOfEngine> insteadOf);
  }

  /**
   * Judges.
   *
   * @param metadata of what was read
   * @param reader reads files that were not read because of what is reused, or were misread
   */
  Judged judge(
      WeightReading first, Metadata metadata, Reuse reuse, BackgroundWork work, Reader reader) {
    if (reuse.isNothing()) {
      return judgedByRightBytes(first, metadata, work, reader);
    }
    WeightReading reading = first;
    Metadata now = metadata;
    while (true) {
      Optional<Judged> judged = judgedAtFirst(reading, now);
      List<PlannedFile> suspects =
          judged.map(of -> reuse.suspects(of.findings())).orElseGet(reuse::trusted);
      if (suspects.isEmpty()) {
        return judged.isPresent()
                && judged.get().findings().stream().noneMatch(Finding::isDifference)
            ? judged.get()
            : judgedByRightBytes(reading, now, work, reader);
      }
      reading = reading.then(reader.read(suspects, Set.of()));
      now = Metadata.of(reading, session, work);
    }
  }

  /** Empty where engines that are trusted contradict each other. */
  private Optional<Judged> judgedAtFirst(WeightReading reading, Metadata metadata) {
    try {
      return Optional.of(judged(reading, metadata, Optional.empty(), Map.of()));
    } catch (ReferenceException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads ranks anew that were misread: a checksum is of bytes that no other reading contradicts,
   * or there is none.
   */
  private Judged judgedByRightBytes(
      WeightReading first, Metadata metadata, BackgroundWork work, Reader reader) {
    Rereadings known = new Rereadings();
    Again again =
        new Again(
            known,
            new ByteBudget(limits.bytes()),
            new SecondHashes(new ByteBudget(limits.fileBytes())));
    Map<RankOfEngine, String> unread = new HashMap<>();
    WeightReading reading = first;
    Metadata now = metadata;
    long leftBytes = limits.fileBytes();
    int round = 0;
    while (true) {
      Judged judged = judged(reading, now, Optional.of(again), unread);
      Set<String> otherwise = checkpoints.readMisreadAnew(limits, session);
      if (!otherwise.isEmpty()) {
        known.forget(holder -> ExpectedComparison.isOfCheckpoint(holder, otherwise));
        continue;
      }
      Set<RankOfEngine> misread = ranks(known.misread());
      misread.removeAll(unread.keySet());
      if (misread.isEmpty()) {
        return judged;
      }
      List<PlannedFile> anew = new ArrayList<>();
      for (RankOfEngine rank : misread) {
        List<PlannedFile> ofRank = files.stream().filter(file -> isOf(file, rank)).toList();
        long bytes = PlannedFile.bytes(ofRank);
        if (round == RereadLimits.MOST_ANEW) {
          unread.put(rank, "readings of its files differ: scan it again");
        } else if (bytes > leftBytes) {
          unread.put(rank, "readings of its files differ, and " + limits.fileReason());
        } else {
          leftBytes -= bytes;
          anew.addAll(ofRank);
        }
      }
      reading = reading.then(reader.read(anew, misread));
      again.files().forget(anew.stream().map(file -> file.file().path()).toList());
      misread.removeAll(unread.keySet());
      known.readAnew(
          misread.stream()
              .map(rank -> RankHolder.now(rank.engine(), rank.rank()))
              .collect(Collectors.toSet()));
      now = Metadata.of(reading, session, work);
      round++;
    }
  }

  private static Set<RankOfEngine> ranks(Set<RankHolder> holders) {
    Set<RankOfEngine> ranks = new LinkedHashSet<>();
    holders.forEach(holder -> ranks.add(new RankOfEngine(holder.engine(), holder.rank())));
    return ranks;
  }

  private static boolean isOf(PlannedFile file, RankOfEngine rank) {
    return file.rank() == rank.rank() && file.engine().equals(Optional.of(rank.engine()));
  }

  /**
   * Judges once.
   *
   * @param again how it is read again; empty: what was read is trusted
   * @param unread why nothing is known of some ranks
   */
  private Judged judged(
      WeightReading reading,
      Metadata metadata,
      Optional<Again> again,
      Map<RankOfEngine, String> unread) {
    FileReduction reduced =
        FileReduction.of(session, request.inventory(), reading.tensors(), unread, plans);
    Judgement ofFiles = judge(fileCopies(reading, reduced, metadata, again));
    plans.add(SqlStage.FORMS, metadata.formRows());
    SourceResult inFiles = ofFiles.result(reduced.ranks(), reduced.engines(), Map.of());
    List<Finding> findings = new ArrayList<>(ofFiles.findings());
    SourceResult running = SourceResult.none(WeightSource.LIVE);
    if (!live.isEmpty()) {
      LiveCopies copies = liveCopies(reading, reduced, ofFiles);
      again.ifPresent(of -> readAgain(copies, reading, of.known()));
      Judgement ofEngines = judge(copies);
      running = ofEngines.result(copies.ranks(), copies.engines(), copies.withFiles());
      findings.addAll(ofEngines.findings());
    }
    return new Judged(reading, reduced, List.of(inFiles, running), findings);
  }

  /** What running engines hold otherwise than their files; a rank that is read anew is enough. */
  private void readAgain(LiveCopies copies, WeightReading reading, Rereadings known) {
    Set<RankHolder> misread = known.misread();
    known.takeTensors(
        copies.misread().stream().filter(of -> !misread.contains(of.holder())).toList());
    Set<RankHolder> suspect = new HashSet<>(copies.withOtherNames());
    suspect.removeAll(known.misread());
    known.take(headers(reading).readAgain(suspect));
  }

  private HeaderReading headers(WeightReading reading) {
    return new HeaderReading(reading.tensors(), files, reading.executors(), request.reading());
  }

  private Judgement judge(CopySource copies) {
    return Judge.judge(copies, request.inventory().fleet(), past, request.startedAt());
  }

  private FileCopies fileCopies(
      WeightReading reading, FileReduction reduced, Metadata metadata, Optional<Again> again) {
    ManifestResult published =
        manifests.compare(
            reading.tensors(),
            again.map(
                of ->
                    new FileReading(
                        session,
                        files,
                        reading.executors(),
                        limits,
                        request.reading(),
                        of.files())));
    again.ifPresent(of -> of.known().takeFiles(published.misread()));
    return new FileCopies(
        request.inventory(),
        reading.tensors(),
        reduced.ranks(),
        FileCopies.groups(request.inventory(), reduced.ranks(), metadata.rows().get(), baselines),
        metadata.rows().get(),
        new ZeroTensors(metadata.zeros().get()),
        reading.brokenHeaders(),
        checkpoints,
        published,
        again.map(
            of ->
                new SecondReader(
                    headers(reading),
                    new SecondReading(
                        reading.tensors(),
                        files,
                        reading.executors(),
                        limits,
                        request.reading(),
                        checkpoints,
                        of.budget()),
                    of.known())));
  }

  /** In a session of its own: there are few rows, however large the fleet is. */
  private LiveCopies liveCopies(WeightReading reading, FileReduction reduced, Judgement ofFiles) {
    SparkSession ofFewRows = ScanSession.of(session, new ScanSize(0, 0));
    return LiveCopies.of(
        live,
        request,
        tables.read(ScanTable.TENSORS, ofFewRows),
        reduced.ranks(),
        ofFiles.findings(),
        checkpoints,
        reading.executors(),
        limits);
  }
}
