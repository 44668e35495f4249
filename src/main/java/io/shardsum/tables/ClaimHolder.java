package io.shardsum.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * The process that has claimed the name of a scan.
 *
 * @param token of this claim alone
 * @param processSpace in which process ids are unique: those of containers are apart
 * @param processStartedAt tells the process from a later one of the same id
 * @param startedAt when the scan began
 */
record ClaimHolder(
    String token,
    String host,
    long process,
    String processSpace,
    String processStartedAt,
    String startedAt) {

  /** A scan that has given no sign for so long is dead. */
  private static final Duration SILENCE_OF_THE_DEAD = Duration.ofMinutes(10);

  private static final int NAME_CODE_POINTS = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** This process. */
  static ClaimHolder here(Instant startedAt) {
    ProcessHandle process = ProcessHandle.current();
    return new ClaimHolder(
        UUID.randomUUID().toString(),
        thisHost(),
        process.pid(),
        thisProcessSpace(),
        startOf(process),
        startedAt.toString());
  }

  private static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static String thisProcessSpace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }

  /** What a claim says; a claim that is being written may say nothing yet. */
  static ClaimHolder parse(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      json = JSON.createObjectNode();
    }
    return new ClaimHolder(
        json.path("token").asText(),
        json.path("host").asText("unknown"),
        json.path("process").asLong(-1),
        json.path("process_space").asText(),
        json.path("process_started_at").asText(),
        json.path("started_at").asText("unknown"));
  }

  String text() {
    return JsonColumn.of(
        Map.of(
            "token", token,
            "host", host,
            "process", Long.toString(process),
            "process_space", processSpace,
            "process_started_at", processStartedAt,
            "started_at", startedAt));
  }

  /**
   * Whether it is known to be dead.
   *
   * @param lastSign when it last said that it lives
   */
  boolean isDead(Instant lastSign, Instant now) {
    return lastSign.plus(SILENCE_OF_THE_DEAD).isBefore(now) || isGoneFromHere();
  }

  private boolean isGoneFromHere() {
    boolean wasHere = host.equals(thisHost()) && processSpace.equals(thisProcessSpace());
    return wasHere
        && ProcessHandle.of(process)
            .filter(ProcessHandle::isAlive)
            .map(ClaimHolder::startOf)
            .filter(processStartedAt::equals)
            .isEmpty();
  }

  /** For people. */
  String words() {
    return "on host %s, process %s, since %s"
        .formatted(shown(host), Long.toString(process), shown(startedAt));
  }

  private static String shown(String text) {
    return ForeignText.shown(text, NAME_CODE_POINTS);
  }
}
