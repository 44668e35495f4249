package io.shardsum.signing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.io.ListedFile;
import io.shardsum.manifest.DsseEnvelope;
import io.shardsum.manifest.VerificationKey;
import io.shardsum.scan.files.BrokenFile;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.ReferenceException;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** The signed result of a scan, verified, and the tables of today against it. */
public final class SignedReport {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MESSAGE_CODE_POINTS = 1_000;

  /**
   * What came out.
   *
   * @param lines what is wrong, one line each; if nothing is, what was verified
   */
  public record Outcome(ExitCode exitCode, List<String> lines) {

    /** Copies the list, whose lines may have what others wrote. */
    public Outcome {
      lines = lines.stream().map(of -> ForeignText.shown(of, MESSAGE_CODE_POINTS)).toList();
    }
  }

  private final String path;
  private final JsonNode envelope;
  private final VerificationKey key;

  /**
   * Takes a report.
   *
   * @param path of it, for messages
   * @throws UsageException if it is not JSON
   */
  public SignedReport(String path, String text, VerificationKey key) {
    this.path = ListedFile.shown(path);
    this.key = key;
    try {
      this.envelope = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw notAReport("something else than JSON");
    }
  }

  private UsageException notAReport(String found) {
    return new UsageException(
        ForeignText.shown(
            "Cannot verify %s: expected a signed result of a scan, made by jobs/sign, found %s"
                .formatted(path, found),
            MESSAGE_CODE_POINTS));
  }

  /**
   * Why it proves nothing, if so.
   *
   * @throws UsageException if it is no envelope of a statement
   */
  public Optional<Outcome> unproved() {
    if (envelope.path("signatures").isArray() && envelope.path("signatures").isEmpty()) {
      return Optional.of(incomplete("is not signed"));
    }
    if (!envelope.path("payloadType").isTextual()) {
      throw notAReport("something else");
    }
    return DsseEnvelope.parse(path, envelope).isSignedBy(key)
        ? Optional.empty()
        : Optional.of(
            incomplete(
                "is not signed by %s, or was changed after it was signed".formatted(key.path())));
  }

  private Outcome incomplete(String what) {
    return new Outcome(ExitCode.INCOMPLETE, List.of("%s %s".formatted(path, what)));
  }

  /**
   * Compares the tables.
   *
   * @param out the directory of all tables
   * @throws UsageException if the statement is not one of a scan, or of a newer Shardsum
   */
  public Outcome compare(SparkSession session, String out) {
    JsonNode statement = statement();
    JsonNode predicate = statement.path("predicate");
    String scanId = predicate.path(ScanStatement.SCAN_ID).asText();
    List<String> lines = new ArrayList<>();
    FinishedScan scan;
    try {
      scan = FinishedScan.open(session, out, Optional.of(new ScanId(scanId)));
    } catch (ReferenceException e) {
      return new Outcome(ExitCode.DIFFERENT, List.of(e.getMessage()));
    }
    boolean isDropped = scan.hasDroppedTensors();
    for (ScanTable table : ScanTable.values()) {
      if (table != ScanTable.TENSORS || !isDropped) {
        difference(table, scan, statement).ifPresent(lines::add);
      }
    }
    if (!lines.isEmpty()) {
      return new Outcome(ExitCode.DIFFERENT, lines);
    }
    return isDropped
        ? new Outcome(
            ExitCode.INCOMPLETE,
            List.of("tensors: not checked: jobs/retention has deleted the rows of scan " + scanId))
        : new Outcome(
            ExitCode.EQUAL,
            List.of(
                "Scan %s of fleet %s, begun at %s, verdict %s: signed by %s. The tables are as they were when it was signed"
                    .formatted(
                        scanId,
                        predicate.path("fleet").asText(),
                        predicate.path("started_at").asText(),
                        predicate.path("verdict").asText(),
                        key.path())));
  }

  private JsonNode statement() {
    JsonNode statement;
    try {
      statement = JSON.readTree(DsseEnvelope.parse(path, envelope).payload());
    } catch (IOException e) {
      throw notAReport("something else than JSON in its envelope");
    }
    String type = statement.path("predicateType").asText();
    if (!type.equals(ScanStatement.PREDICATE)) {
      throw notAReport("a statement of `%s`".formatted(type));
    }
    int version = statement.path("predicate").path(ScanStatement.SCHEMA_VERSION).asInt();
    if (version < 1 || version > ScanTable.SCHEMA_VERSION) {
      throw notAReport(
          "one of schema version %s: a newer Shardsum has made it"
              .formatted(Integer.toString(version)));
    }
    try {
      new ScanId(statement.path("predicate").path(ScanStatement.SCAN_ID).asText());
    } catch (IllegalArgumentException e) {
      throw notAReport("one without the name of a scan");
    }
    return statement;
  }

  private static Optional<String> difference(
      ScanTable table, FinishedScan scan, JsonNode statement) {
    JsonNode predicate = statement.path("predicate");
    String name = table.tableName();
    long rows = predicate.path(ScanStatement.ROWS).path(name).asLong(-1);
    TableDigest found;
    try {
      found = TableDigest.of(table, scan, predicate.path(ScanStatement.SCHEMA_VERSION).asInt());
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      return Optional.of(
          "%s: %s"
              .formatted(
                  name, BrokenFile.in(e).map(BrokenFile::message).orElseThrow(() -> asIs(e))));
    }
    if (found.rows() != rows) {
      return Optional.of(
          "%s: expected %s, as signed, found %s"
              .formatted(name, NumberWords.count(rows, "row"), Long.toString(found.rows())));
    }
    return found.sha256().equals(signed(name, statement))
        ? Optional.empty()
        : Optional.of(
            "%s: expected %s, as signed, found as many rows, but different ones"
                .formatted(name, NumberWords.count(rows, "row")));
  }

  private static RuntimeException asIs(Exception e) {
    return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
  }

  private static String signed(String table, JsonNode statement) {
    for (JsonNode subject : statement.path("subject")) {
      if (subject.path("name").asText().equals(table)) {
        return subject.path("digest").path(ScanStatement.SHA256).asText();
      }
    }
    return "";
  }
}
