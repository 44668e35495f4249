package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Views;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tables that release 0.1.0 has written are read by this one: see the README beside them. */
@ExtendWith(LocalSpark.class)
class UpgradeTest {

  private static final Path RELEASE = Path.of("src/test/resources/release-0.1.0");
  private static final Path ENGINE = Path.of("src/test/resources/golden/engines/tp2-draft");

  @TempDir Path work;

  private Path tables;

  @BeforeEach
  void copyTables(SparkSession running) throws IOException {
    tables = work.resolve("tables");
    FileUtils.copyDirectory(RELEASE.resolve("tables").toFile(), tables.toFile());
  }

  private CommandRun run(String command, String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--out";
    arguments[1] = tables.toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    return CommandRun.of(command, arguments);
  }

  @Test
  void readsWhatWasFoundAndSinceWhen() {
    CommandRun drift = run("drift-report", "--html", work.resolve("report.html").toString());

    assertThat(drift.err()).isEmpty();
    assertThat(drift.exitCode()).isEqualTo(3);
    assertThat(drift.out())
        .contains("c, rank 1: since scan tuesday of 2025-11-04 02:00")
        .contains("last right: scan monday of 2025-11-03 02:00");
    assertThat(work.resolve("report.html")).content().contains("one bit flipped");

    assertThat(run("fleet-scan", "--explain", "c/1").out()).contains("DAMAGED");
    assertThat(run("versions", "--engine", "c").out()).contains("UNPLANNED");
  }

  @Test
  void readsItsTablesInSql(SparkSession spark) {
    SparkSession views = Views.of(spark, tables, "findings", "tensors");

    assertThat(views.sql("SELECT scan_id, engine, kind FROM findings").collectAsList().toString())
        .isEqualTo("[[tuesday,c,DAMAGED]]");
    assertThat(views.sql("SELECT DISTINCT evidence FROM tensors").collectAsList().toString())
        .isEqualTo("[[COMPUTED]]");
  }

  /** Of 0.1.0 it is not known which files it has read, so nothing is taken from it unread. */
  @Test
  void scansGoOnFromItsTables() throws IOException {
    FileUtils.copyFileToDirectory(RELEASE.resolve("fleet.yaml").toFile(), work.toFile());
    for (String engine : new String[] {"a", "b", "c"}) {
      FileUtils.copyDirectory(ENGINE.toFile(), work.resolve("models/chat/" + engine).toFile());
    }

    CommandRun scan =
        run(
            "fleet-scan",
            "--fleet",
            work.resolve("fleet.yaml").toString(),
            "--baseline",
            "tuesday/a",
            "--reread-days",
            "365",
            "--format",
            "json");

    assertThat(scan.err()).isEmpty();
    assertThat(scan.exitCode()).isZero();
    JsonNode summary = new ObjectMapper().readTree(scan.out());
    assertThat(summary.get("read_bytes")).isEqualTo(summary.get("bytes"));
    assertThat(run("drift-report").out()).contains("1 RESTORED, 2 UNCHANGED");
  }
}
