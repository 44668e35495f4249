package io.shardsum.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The files to read, as somebody has listed them already: the option {@code listing}, which spares
 * listing them again and says what each file was when it was listed.
 *
 * <pre>{"skip": [["k_scale"], []], "files": [["/w/a.safetensors", 4096, 1760000000000, 0], ...]}
 * </pre>
 *
 * A file is its path, its length in bytes, when it was modified (milliseconds since 1970, UTC) and
 * which of the lists in {@code skip} holds for it.
 *
 * @param files in the order that {@code _file_index} counts
 */
public record FileListing(List<ListedFile> files) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final int FIELDS = 4;

  /** Copies the list. */
  public FileListing {
    files = List.copyOf(files);
  }

  /** The value of the option {@code listing}. */
  public String toJson() {
    Map<List<String>, Integer> skipLists = new LinkedHashMap<>();
    files.forEach(file -> skipLists.putIfAbsent(file.skip(), skipLists.size()));
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setCodec(JSON);
      json.writeStartObject();
      json.writeObjectField("skip", skipLists.keySet());
      json.writeArrayFieldStart("files");
      for (ListedFile file : files) {
        json.writeStartArray();
        json.writeString(file.path());
        json.writeNumber(file.lengthBytes());
        json.writeNumber(file.modifiedAtMillis());
        json.writeNumber(skipLists.get(file.skip()));
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to memory", e);
    }
    return text.toString();
  }

  static FileListing parse(String json) {
    try {
      Raw raw = JSON.readValue(json, Raw.class);
      List<ListedFile> files = new ArrayList<>(raw.files().size());
      List<List<String>> skipLists = Objects.requireNonNull(raw.skip(), "skip is null");
      for (Object[] file : raw.files()) {
        if (file.length != FIELDS) {
          throw new IllegalArgumentException("Invalid file: " + Arrays.toString(file));
        }
        files.add(
            new ListedFile(
                (String) file[0],
                wholeNumber(file[1]),
                wholeNumber(file[2]),
                skipLists.get((Integer) file[3])));
      }
      return new FileListing(files);
    } catch (JsonProcessingException | RuntimeException e) {
      throw new IllegalArgumentException(
          "Invalid option listing: expected {\"skip\": [[pattern, ...], ...], \"files\": [[path,"
              + " length, modified, index in skip], ...]}",
          e);
    }
  }

  private static long wholeNumber(Object number) {
    return number instanceof Integer small ? small : (Long) number;
  }

  private record Raw(List<List<String>> skip, List<Object[]> files) {}
}
