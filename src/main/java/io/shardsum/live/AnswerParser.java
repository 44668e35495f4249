package io.shardsum.live;

import io.shardsum.fleet.EndpointKind;
import io.shardsum.live.AnswerBody.Entry;
import io.shardsum.live.AnswerBody.Info;
import io.shardsum.live.AnswerBody.InfoForm;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the answers of weight checkers: of every release of SGLang from 0.5.12 to 0.5.23, and of
 * vLLM. Fields that it does not know are kept, those that are missing stay unknown, and known ones
 * of another type are a fault.
 */
final class AnswerParser {

  private static final int MOST_RANKS = 65_536;
  private static final int MOST_TENSORS = 4_000_000;

  private final AnswerJson json;
  private final TensorDigest digest;
  private final Map<List<Info>, Entry> byPlace = new HashMap<>();
  private int tensors;

  private Optional<Boolean> success = Optional.empty();
  private Optional<String> message = Optional.empty();
  private Optional<List<Optional<Entry>>> ranks = Optional.empty();
  private Optional<String> engineDigest = Optional.empty();

  private AnswerParser(AnswerJson json, EndpointKind kind) {
    this.json = json;
    this.digest = TensorDigest.of(kind);
  }

  /**
   * Reads an answer.
   *
   * @throws MalformedAnswerException if it is not such an answer
   * @throws IOException if it cannot be read
   */
  static AnswerBody read(InputStream body, EndpointKind kind, Secret secret)
      throws IOException, MalformedAnswerException {
    try (AnswerJson json = AnswerJson.of(body, secret)) {
      AnswerParser parser = new AnswerParser(json, kind);
      return json.whole(
          () -> {
            switch (kind) {
              case SGLANG -> json.object(parser::sglangField);
              case VLLM -> json.object(parser::vllmField);
            }
            return parser.body();
          });
    }
  }

  private AnswerBody body() {
    return new AnswerBody(success, message, ranks, engineDigest, json.otherFields());
  }

  private void sglangField(String name) throws IOException, MalformedAnswerException {
    switch (name) {
      case "success" -> success = json.truth();
      case "message" -> message = json.text();
      case "per_engine_checksum" -> engineDigest = rankOrEngineDigest();
      case "ranks" -> {
        if (!json.isNull()) {
          List<Optional<Entry>> entries = new ArrayList<>();
          json.list(index -> entries.add(entry(index)));
          ranks = Optional.of(entries);
        }
      }
      case "checksums" ->
          throw json.malformed(
              "expected SGLang's answer, found vLLM's (the description needs kind: vllm)");
      default -> json.keep();
    }
  }

  /** With attention DP ranks repeat: of equal ones the first is kept, so that memory is bounded. */
  private Optional<Entry> entry(int index) throws IOException, MalformedAnswerException {
    if (index >= MOST_RANKS) {
      throw json.malformed("more than " + MOST_RANKS + " ranks");
    }
    if (json.isNull()) {
      return Optional.empty();
    }
    EntryFields fields = new EntryFields();
    json.object(fields::read);
    Entry entry = fields.entry();
    Entry before = byPlace.putIfAbsent(entry.parallelism(), entry);
    if (before == null || !before.equals(entry)) {
      return Optional.of(entry);
    }
    tensors -= entry.checksums().size();
    return Optional.of(before);
  }

  /** The digest of a rank or an engine: always SHA-256. */
  private Optional<String> rankOrEngineDigest() throws IOException, MalformedAnswerException {
    return json.isNull() ? Optional.empty() : Optional.of(json.checksum(TensorDigest.SHA256));
  }

  private void tensor(String name, Map<String, String> checksums)
      throws IOException, MalformedAnswerException {
    tensors++;
    if (tensors > MOST_TENSORS) {
      throw json.malformed("more than " + MOST_TENSORS + " tensors");
    }
    checksums.put(json.name(name), json.checksum(digest));
  }

  /** The fields of an element of {@code ranks}, in any order. */
  private final class EntryFields {
    private final Map<String, String> checksums = new LinkedHashMap<>();
    private Optional<String> rankDigest = Optional.empty();
    private InfoForm form = InfoForm.ABSENT;
    private final List<Info> parallelism = new ArrayList<>();

    void read(String name) throws IOException, MalformedAnswerException {
      switch (name) {
        case "checksums" -> {
          if (!json.isNull()) {
            json.object(tensor -> tensor(tensor, checksums));
          }
        }
        case "per_gpu_checksum" -> rankDigest = rankOrEngineDigest();
        case "parallelism_info" -> readParallelism();
        default -> json.keep();
      }
    }

    private void readParallelism() throws IOException, MalformedAnswerException {
      if (json.isNull()) {
        return;
      }
      if (json.isList()) {
        form = InfoForm.LIST;
        json.list(index -> parallelism.add(info()));
      } else {
        form = InfoForm.OBJECT;
        parallelism.add(info());
      }
    }

    private Info info() throws IOException, MalformedAnswerException {
      Map<String, OptionalInt> numbers = new LinkedHashMap<>();
      List<String> role = new ArrayList<>();
      json.object(
          name -> {
            switch (name) {
              case "role" -> json.text().ifPresent(role::add);
              case "tp_rank",
                  "tp_size",
                  "pp_rank",
                  "pp_size",
                  "dp_rank",
                  "dp_size",
                  "rank",
                  "size" ->
                  numbers.put(name, json.count());
              default -> json.keep();
            }
          });
      return new Info(
          role.stream().findFirst(),
          numbers.getOrDefault("tp_rank", OptionalInt.empty()),
          numbers.getOrDefault("tp_size", OptionalInt.empty()),
          numbers.getOrDefault("pp_rank", OptionalInt.empty()),
          numbers.getOrDefault("pp_size", OptionalInt.empty()),
          numbers.getOrDefault("dp_rank", OptionalInt.empty()),
          numbers.getOrDefault("dp_size", OptionalInt.empty()),
          numbers.getOrDefault("rank", OptionalInt.empty()),
          numbers.getOrDefault("size", OptionalInt.empty()));
    }

    Entry entry() {
      return new Entry(checksums, rankDigest, form, parallelism);
    }
  }

  private void vllmField(String name) throws IOException, MalformedAnswerException {
    switch (name) {
      case "checksums" -> {
        VllmWorkers workers = new VllmWorkers();
        json.object(
            key -> {
              Map<String, String> checksums = workers.checksumsOf(key, json);
              tensor(VllmWorkers.tensor(key), checksums);
            });
        ranks = Optional.of(workers.entries());
        success = Optional.of(true);
      }
      case "ranks" ->
          throw json.malformed(
              "expected vLLM's answer, found SGLang's (the description needs kind: sglang)");
      default -> json.keep();
    }
  }
}
