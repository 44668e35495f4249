package io.shardsum.signing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.fleet.WeightSource;
import io.shardsum.manifest.DsseEnvelope;
import io.shardsum.manifest.SigningKey;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.ScanTable;
import io.shardsum.verdict.Finding;
import java.sql.Timestamp;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The result of a scan as an in-toto statement: its subjects are the tables with their digests, its
 * predicate has what most readers want of them.
 */
public final class ScanStatement {

  static final String STATEMENT = "https://in-toto.io/Statement/v1";
  static final String PREDICATE = "urn:shardsum:scan:v1";
  static final String SCAN_ID = "scan_id";
  static final String SCHEMA_VERSION = "schema_version";
  static final String ROWS = "rows";
  static final String SHA256 = "sha256";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FinishedScan scan;

  /** Of a scan whose rows of tensors are there. */
  public ScanStatement(FinishedScan scan) {
    this.scan = scan.withTensors();
  }

  /** Signs it: an envelope of DSSE. */
  public String signed(SigningKey key) {
    try {
      return DsseEnvelope.signed(JSON.writeValueAsBytes(json()), key)
          .json(key.hint())
          .toPrettyString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts are JSON", e);
    }
  }

  private ObjectNode json() {
    ObjectNode statement = JsonNodeFactory.instance.objectNode();
    statement.put("_type", STATEMENT);
    ArrayNode subjects = statement.putArray("subject");
    statement.put("predicateType", PREDICATE);
    ObjectNode predicate = statement.putObject("predicate");
    Row row = scan.rows(ScanTable.SCANS).first();
    for (String column : List.of("fleet", "verdict", "tool_version")) {
      predicate.put(column, row.<String>getAs(column));
    }
    predicate.put(SCAN_ID, scan.scanId());
    predicate.put("started_at", scan.startedAt().toString());
    predicate.put("finished_at", row.<Timestamp>getAs("finished_at").toInstant().toString());
    predicate.put(SCHEMA_VERSION, ScanTable.SCHEMA_VERSION);
    ObjectNode rows = predicate.putObject(ROWS);
    for (ScanTable table : ScanTable.values()) {
      TableDigest digest = TableDigest.of(table, scan, ScanTable.SCHEMA_VERSION);
      subjects
          .addObject()
          .put("name", table.tableName())
          .putObject("digest")
          .put(SHA256, digest.sha256());
      rows.put(table.tableName(), digest.rows());
    }
    addEngines(predicate.putArray("engines"));
    return statement;
  }

  private void addEngines(ArrayNode engines) {
    List<Finding> findings = scan.findings();
    for (WeightSource source : WeightSource.values()) {
      for (EngineResult engine : scan.engines(source)) {
        ObjectNode json = engines.addObject();
        json.put("engine", engine.engine());
        json.put("source", source.name());
        json.put("model", engine.model().orElse(null));
        json.put("revision", engine.revision().orElse(null));
        json.put("status", engine.status().name());
        json.put("checksum", engine.checksum().orElse(null));
        ObjectNode kinds = json.putObject("findings");
        findings.stream()
            .filter(finding -> finding.source() == source && !finding.isInformational())
            .filter(finding -> finding.engine().filter(engine.engine()::equals).isPresent())
            .forEach(finding -> kinds.put(finding.kind(), kinds.path(finding.kind()).asInt() + 1));
      }
    }
  }
}
