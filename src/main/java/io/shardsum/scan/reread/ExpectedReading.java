package io.shardsum.scan.reread;

import io.shardsum.damage.TensorSite;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.recipe.Dequantized;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.hosts.PlacedWork;
import io.shardsum.io.ReadSettings;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.scan.checkpoint.ExpectedModel;
import io.shardsum.scan.checkpoint.ExpectedResult;
import io.shardsum.tables.DamageColumns;
import io.shardsum.verdict.HeldTensor;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.SecondLook;
import io.shardsum.verdict.SuspectTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads suspect tensors again, and beside them what their recipes give. */
final class ExpectedReading {

  /** A suspect, its file, and where its bytes should have come from. */
  record Pair(SuspectTensor suspect, SuspectFile file, List<Integer> chunks, Recipe recipe) {

    /** Whether it is the stored half of what is expected dequantized. */
    private boolean isHalf() {
      return !recipe.dtype().name().equals(suspect.otherHeld().content().dtype());
    }
  }

  private final SparkSession session;
  private final CheckpointSource expected;
  private final int rangesKept;
  private final ReadSettings reading;

  ExpectedReading(
      SparkSession session, CheckpointSource expected, int rangesKept, ReadSettings reading) {
    this.session = session;
    this.expected = expected;
    this.rangesKept = rangesKept;
    this.reading = reading;
  }

  /** The recipe of what a suspect is compared with, if that is no copy, and of the same form. */
  Optional<Recipe> recipe(SuspectTensor suspect, TensorSite site) {
    return model(suspect)
        .flatMap(model -> recipe(model, suspect.other(), suspect.name().tensor()))
        .map(recipe -> stored(recipe, site))
        .filter(recipe -> recipe.dtype() == site.dtype())
        .filter(recipe -> recipe.lengthBytes() == site.lengthBytes());
  }

  private Optional<ExpectedModel> model(SuspectTensor suspect) {
    return suspect
            .other()
            .equals(ExpectedComparison.holder(suspect.group(), suspect.rankInReplica()))
        ? expected.result(suspect.group()).map(ExpectedResult::model)
        : Optional.empty();
  }

  private static Optional<Recipe> recipe(ExpectedModel model, RankHolder holder, String tensor) {
    ExpectedRank rank = model.expectation().ranks().get(holder.rank());
    return rank.tensors().stream()
        .filter(candidate -> candidate.name().equals(tensor))
        .map(ExpectedTensor::recipe)
        .findFirst();
  }

  /** A file has the quantized half of a pair. */
  private static Recipe stored(Recipe recipe, TensorSite site) {
    return recipe instanceof Dequantized pair && site.dtype() != recipe.dtype()
        ? pair.part()
        : recipe;
  }

  /** Reads both, a task for each pair. */
  Map<SuspectTensor, SecondLook> look(List<Pair> pairs) {
    List<PlacedWork.Piece<Row>> pieces = new ArrayList<>();
    for (Pair pair : pairs) {
      String place = pair.file().file().place();
      pieces.add(
          new PlacedWork.Piece<>(
              place.isEmpty() ? List.of() : List.of(place), task(pieces.size(), pair)));
    }
    List<Row> rows =
        session
            .createDataFrame(PlacedWork.run(session, pieces), RecipeComparison.SCHEMA)
            .collectAsList();
    Map<SuspectTensor, SecondLook> looks = new HashMap<>();
    for (Row row : rows) {
      Pair pair = pairs.get(row.<Integer>getAs("number"));
      looks.put(pair.suspect(), look(pair, row));
      if (row.getAs("error") == null && isMisread(pair, row)) {
        expected.noteMisread(pair.suspect().group());
      }
    }
    return looks;
  }

  /** Whether the recipe gives something else now than what the scan expects. */
  private static boolean isMisread(Pair pair, Row row) {
    HeldTensor before = pair.suspect().otherHeld();
    if (pair.isHalf()) {
      return false; // what is expected has a digest of other bytes
    }
    if (pair.suspect().differingChunks().isEmpty()) {
      return before.content().digests().sha256().stream()
          .anyMatch(sha256 -> !sha256.equals(row.getAs("expected_sha256")));
    }
    List<Long> sums = row.getList(row.fieldIndex("expected_sums"));
    return IntStream.range(0, sums.size())
        .anyMatch(at -> !sums.get(at).equals(before.chunkSums().get(pair.chunks().get(at))));
  }

  private RecipeComparison task(int number, Pair pair) {
    SuspectFile file = pair.file();
    ExpectedModel model = model(pair.suspect()).orElseThrow();
    String path = file.file().path();
    return new RecipeComparison(
        number,
        file.file().listed(),
        new SourceTensor(
            pair.suspect().name().tensor(),
            file.site().dtype(),
            file.site().shape(),
            0,
            path,
            file.site().fileOffsetBytes()),
        file.site(),
        pair.chunks(),
        pair.recipe(),
        model.checkpoint().files(),
        rangesKept,
        reading);
  }

  private static SecondLook look(Pair pair, Row row) {
    if (row.getAs("error") != null) {
      return new SecondLook.NotRead(row.getAs("error"), Optional.of(pair.file().readBy()));
    }
    ReadBy by = new ReadBy(row.getAs("host"), row.getAs("executor"), Optional.empty());
    String rank = "rank %s, ".formatted(pair.suspect().holder().rank());
    return new SecondLook.Compared(
        held(pair, row),
        pair.suspect().otherHeld(),
        pair.file().readBy(),
        by,
        by,
        DamageColumns.damage(row),
        pair.file().file().path(),
        pair.chunks().size(),
        Optional.<String>ofNullable(row.getAs("origin")).map(rank::concat));
  }

  /** By this reading; of half of a pair, whose digest is of other bytes, as it was. */
  private static HeldTensor held(Pair pair, Row row) {
    SuspectTensor suspect = pair.suspect();
    if (pair.isHalf() && suspect.differingChunks().isEmpty()) {
      return suspect.held();
    }
    List<Long> sums = row.getList(row.fieldIndex("sums"));
    Map<Integer, Long> byChunk = new HashMap<>();
    for (int index = 0; index < sums.size(); index++) {
      byChunk.put(pair.chunks().get(index), sums.get(index));
    }
    return suspect.held().readAgain(suspect.otherHeld(), byChunk, Optional.of(row.getAs("sha256")));
  }
}
