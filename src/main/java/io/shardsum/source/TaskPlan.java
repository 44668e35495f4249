package io.shardsum.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What each task reads, as somebody has planned it already: the option {@code tasks}, for reading
 * parts of listed files again.
 *
 * <pre>{"tasks": [{"at": ["executor_host_7"], "ranges": [[0, 4096, 4097], [1, 4096, 4097]]}]}</pre>
 *
 * A range is a file's position in the listing, and the first byte and the byte behind the last of
 * where chunks begin that are to be read; they come in that order.
 */
public record TaskPlan(List<Task> tasks) {

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  private static final int FIELDS = 3;

  /**
   * One task.
   *
   * @param at where it had better run, as Spark names places; none: anywhere. A file that must be
   *     read on one host is read there
   * @param ranges in the order in which they are read
   */
  public record Task(List<String> at, List<List<Long>> ranges) {
    /** Copies the lists. */
    public Task {
      at = List.copyOf(at);
      ranges = ranges.stream().map(List::copyOf).toList();
    }
  }

  /** Copies the list. */
  public TaskPlan {
    tasks = List.copyOf(tasks);
  }

  /** The place of an executor, as {@link Task#at} takes it. */
  public static String executor(String host, String id) {
    return "executor_" + host + "_" + id;
  }

  /** A range of {@link Task#ranges} in which one chunk begins. */
  public static List<Long> chunkAt(int file, long offsetBytes) {
    return List.of((long) file, offsetBytes, offsetBytes + 1);
  }

  /** The value of the option {@code tasks}. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Records of lists are JSON", e);
    }
  }

  static TaskPlan parse(String json) {
    try {
      TaskPlan plan = Objects.requireNonNull(JSON.readValue(json, TaskPlan.class), "no object");
      for (Task task : plan.tasks) {
        for (List<Long> range : task.ranges) {
          if (range.size() != FIELDS) {
            throw new IllegalArgumentException("Invalid range: " + range);
          }
        }
      }
      return plan;
    } catch (JsonProcessingException | RuntimeException e) {
      throw new IllegalArgumentException(
          "Invalid option tasks: expected {\"tasks\": [{\"at\": [place, ...], \"ranges\": [[file,"
              + " begin, end], ...]}, ...]}",
          e);
    }
  }

  /** The tasks over the files of a listing. */
  List<SafetensorsPartition> partitions(List<ScannedFile> files) {
    List<SafetensorsPartition> partitions = new ArrayList<>();
    for (Task task : tasks) {
      List<FileSlice> slices = new ArrayList<>();
      for (List<Long> range : task.ranges) {
        int file = Math.toIntExact(range.get(0));
        slices.add(new FileSlice(file, files.get(file), range.get(1), range.get(2)));
      }
      List<String> places =
          slices.stream().map(slice -> slice.file().place()).filter(at -> !at.isEmpty()).toList();
      partitions.add(
          new SafetensorsPartition(
              slices, places.isEmpty() ? task.at : places.stream().distinct().toList()));
    }
    return partitions;
  }
}
