package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.CheckpointSource;
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
import io.shardsum.scan.manifest.ManifestSource;
import io.shardsum.scan.plan.BackgroundWork;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reduces what was read, and judges it beside what running engines answered. Reused digests are
 * judged once to see which take part in a difference: these files are read, and all is judged anew.
 *
 * @param files all of the fleet
 * @param tables where all tensors have landed
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

  /** What a scan has found. */
  record Judged(
      WeightReading reading,
      FileReduction reduced,
      List<SourceResult> results,
      List<Finding> findings) {}

  private enum SecondLook {
    LOOKS,
    TRUSTS
  }

  /**
   * Judges.
   *
   * @param metadata of what was read
   * @param reader reads files that were not read because of what is reused
   */
  Judged judge(
      WeightReading first,
      Metadata metadata,
      Reuse reuse,
      BackgroundWork work,
      Function<List<PlannedFile>, WeightReading> reader) {
    if (reuse.isNothing()) {
      return judged(first, metadata, SecondLook.LOOKS);
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
            : judged(reading, now, SecondLook.LOOKS);
      }
      reading = reading.then(reader.apply(suspects));
      now = Metadata.of(reading, session, work);
    }
  }

  /** Empty where engines that are trusted contradict each other. */
  private Optional<Judged> judgedAtFirst(WeightReading reading, Metadata metadata) {
    try {
      return Optional.of(judged(reading, metadata, SecondLook.TRUSTS));
    } catch (ReferenceException e) {
      return Optional.empty();
    }
  }

  private Judged judged(WeightReading reading, Metadata metadata, SecondLook second) {
    FileReduction reduced =
        FileReduction.of(session, request.inventory(), reading.tensors(), plans);
    Judgement ofFiles = judge(fileCopies(reading, reduced, metadata, second));
    plans.add(SqlStage.FORMS, metadata.formRows());
    SourceResult inFiles = ofFiles.result(reduced.ranks(), reduced.engines(), Map.of());
    List<Finding> findings = new ArrayList<>(ofFiles.findings());
    SourceResult running = SourceResult.none(WeightSource.LIVE);
    if (!live.isEmpty()) {
      LiveCopies copies = liveCopies(reduced, ofFiles);
      Judgement ofEngines = judge(copies);
      running = ofEngines.result(copies.ranks(), copies.engines(), copies.withFiles());
      findings.addAll(ofEngines.findings());
    }
    return new Judged(reading, reduced, List.of(inFiles, running), findings);
  }

  private Judgement judge(CopySource copies) {
    return Judge.judge(copies, request.inventory().fleet(), past, request.startedAt());
  }

  private FileCopies fileCopies(
      WeightReading reading, FileReduction reduced, Metadata metadata, SecondLook second) {
    return new FileCopies(
        request.inventory(),
        reading.tensors(),
        reduced.ranks(),
        FileCopies.groups(request.inventory(), reduced.ranks(), metadata.rows().get(), baselines),
        metadata.rows().get(),
        new ZeroTensors(metadata.zeros().get()),
        reading.brokenHeaders(),
        checkpoints,
        manifests.compare(
            reading.tensors(),
            switch (second) {
              case LOOKS ->
                  Optional.of(
                      new FileReading(
                          session, files, reading.executors(), limits, request.reading()));
              case TRUSTS -> Optional.empty();
            }),
        switch (second) {
          case LOOKS ->
              Optional.of(
                  new SecondReader(
                      new HeaderReading(
                          reading.tensors(), files, reading.executors(), request.reading()),
                      new SecondReading(
                          reading.tensors(),
                          files,
                          reading.executors(),
                          limits,
                          request.reading(),
                          checkpoints)));
          case TRUSTS -> Optional.empty();
        });
  }

  /** In a session of its own: there are few rows, however large the fleet is. */
  private LiveCopies liveCopies(FileReduction reduced, Judgement ofFiles) {
    SparkSession ofFewRows = ScanSession.of(session, new ScanSize(0, 0));
    return LiveCopies.of(
        live,
        request,
        tables.read(ScanTable.TENSORS, ofFewRows),
        reduced.ranks(),
        ofFiles.findings(),
        checkpoints,
        limits);
  }
}
