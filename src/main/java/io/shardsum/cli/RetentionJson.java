package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.cli.RetentionCommand.Done;
import io.shardsum.history.KeepReason;
import io.shardsum.history.RetainedScan;
import io.shardsum.history.RetentionPlan;
import io.shardsum.tables.Leftover;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * What stays and what goes as one JSON object; keys are the tables' column names where there are
 * such.
 */
final class RetentionJson {

  private RetentionJson() {}

  static void print(
      RetentionPlan plan, Done done, List<String> faults, ExitCode exitCode, PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("exit_code", exitCode.number());
      json.writeBooleanField("deleted", done == Done.DROPPED);
      json.writeNumberField("dropped_bytes", plan.droppedBytes());
      json.writeArrayFieldStart("scans");
      for (RetainedScan scan : plan.scans()) {
        write(scan, json);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("leftovers");
      for (Leftover leftover : plan.leftovers()) {
        json.writeStartObject();
        json.writeStringField("directory", leftover.name());
        json.writeNumberField("bytes", leftover.bytes());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("faults");
      for (String fault : faults) {
        json.writeString(fault);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print what stays", e);
    }
    out.println();
  }

  private static void write(RetainedScan scan, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("fleet", scan.scan().fleet());
    json.writeStringField("scan_id", scan.scan().scanId());
    json.writeStringField("started_at", scan.scan().startedAt().toString());
    json.writeStringField("fate", scan.fate().name());
    json.writeArrayFieldStart("kept_because");
    for (KeepReason reason : scan.reasons()) {
      json.writeString(reason.name());
    }
    json.writeEndArray();
    json.writeNumberField("tensor_bytes", scan.stored().tensorBytes());
    json.writeNumberField("other_bytes", scan.stored().otherBytes());
    json.writeEndObject();
  }
}
