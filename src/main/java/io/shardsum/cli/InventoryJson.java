package io.shardsum.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Problem;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.ShardFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** What a scan would read, and what is missing, as one JSON object. */
final class InventoryJson {

  private final JsonGenerator json;

  private InventoryJson(JsonGenerator json) {
    this.json = json;
  }

  static void print(Inventory inventory, PrintWriter out) {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      new InventoryJson(json).write(inventory);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot print the inventory", e);
    }
    out.println();
  }

  private void write(Inventory inventory) throws IOException {
    json.writeStartObject();
    json.writeStringField("fleet", inventory.fleet());
    json.writeNumberField("exit_code", InventoryReport.exitCode(inventory).number());
    json.writeArrayFieldStart("engines");
    for (EngineInventory engine : inventory.engines()) {
      write(engine);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("live");
    for (LiveSpec engine : inventory.live()) {
      json.writeStartObject();
      json.writeStringField("engine", engine.engine());
      json.writeStringField("kind", engine.endpoint().kind().word());
      json.writeStringField("host", engine.endpoint().at().shown());
      json.writeNumberField("expected_ranks", engine.parallelism().worldSize());
      json.writeEndObject();
    }
    json.writeEndArray();
    write(inventory.problems());
    json.writeEndObject();
  }

  private void write(EngineInventory engine) throws IOException {
    json.writeStartObject();
    json.writeStringField("engine", engine.spec().name());
    json.writeStringField("comparison_group", engine.group());
    json.writeNumberField("expected_ranks", engine.expectedRanks());
    json.writeNumberField("bytes", InventoryReport.bytes(InventoryReport.files(engine)));
    json.writeArrayFieldStart("ranks");
    for (RankInventory rank : engine.ranks()) {
      json.writeStartObject();
      json.writeNumberField("rank", rank.rank());
      json.writeStringField("state", rank.state().name());
      json.writeStringField("reason", rank.reason().isEmpty() ? null : rank.reason());
      json.writeArrayFieldStart("files");
      for (ShardFile file : rank.files()) {
        json.writeStartObject();
        json.writeStringField("role", file.role());
        json.writeNumberField("part", file.part());
        json.writeStringField("file", file.path());
        json.writeNumberField("bytes", file.lengthBytes());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    write(engine.problems());
    json.writeEndObject();
  }

  private void write(List<Problem> problems) throws IOException {
    json.writeArrayFieldStart("problems");
    for (Problem problem : problems) {
      json.writeStartObject();
      json.writeStringField("kind", problem.kind().name());
      json.writeStringField("detail", problem.detail());
      json.writeStringField("path", problem.path());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
