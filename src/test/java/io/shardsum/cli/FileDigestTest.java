package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.TableViews;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files hashed as a whole, beside their tensors. */
@ExtendWith(LocalSpark.class)
class FileDigestTest {

  @TempDir private Path directory;

  @Test
  void aScanHashesFilesAsTheDescriptionSays(SparkSession spark) throws IOException {
    SmallFleet fleet =
        SmallFleet.withDraft(directory.resolve("fleet"), 1, 2)
            .engine("hashed", List.of("file-digest: sha256"))
            .engine("broken", List.of("file-digest: sha256"))
            .engine("plain");
    Files.writeString(fleet.shard("broken", 0, 1), "no weights");
    Path tables = directory.resolve("tables");

    CommandRun run =
        CommandRun.fleetScan("--fleet", fleet.description().toString(), "--out", tables.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
    List<Row> files = files(spark, tables);
    assertThat(files).hasSize(9);
    for (Row file : files) {
      Path path = Path.of(file.<String>getAs("file").substring("file:".length()));
      boolean isBroken = path.equals(fleet.shard("broken", 0, 1));
      boolean isHashed = !file.getAs("engine").equals("plain");
      String digest = DigestUtils.sha256Hex(Files.readAllBytes(path));
      assertThat(file.<String>getAs("sha256"))
          .as(path.toString())
          .isEqualTo(isHashed ? digest : null);
      assertThat(file.<Long>getAs("bytes")).isEqualTo(Files.size(path));
      assertThat(file.<String>getAs("host")).isNotEmpty();
      assertThat(file.<String>getAs("reason"))
          .isEqualTo(
              isBroken
                  ? "Cannot read %s: not a safetensors file: expected a header, found text that begins with `no weights`"
                      .formatted(path)
                  : isHashed ? null : "not hashed as a whole: scan with --file-digest sha256");
    }
  }

  private static List<Row> files(SparkSession spark, Path tables) {
    SparkSession views = spark.newSession();
    TableViews.statements(tables.toString(), TableViews.Dialect.SPARK).forEach(views::sql);
    return views.table("files").collectAsList();
  }
}
