package io.shardsum.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server says in a body that is no answer of a weight checker: the message of an error, the
 * title of a page, or the beginning of a text. Never the key.
 *
 * @param form what the body is
 * @param text as it came, without the key; its beginning where it is long
 */
record ServerWords(Form form, String text) {

  /** What a body is. */
  enum Form {
    EMPTY("nothing"),
    JSON("JSON"),
    PAGE("an HTML page"),
    TEXT("text");

    private final String words;

    Form(String words) {
      this.words = words;
    }
  }

  private static final int MOST_BYTES = 64 << 10;
  private static final int MOST_CODE_POINTS = 200;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final List<String> MESSAGES =
      List.of("/error/message", "/error", "/message", "/detail");

  /** Also half an object, what is not UTF-8, and spaces: the parser says where it is wrong. */
  private static final Pattern BEGINS_LIKE_JSON = Pattern.compile("[{\\[\uFFFD]|$");

  private static final Pattern TITLE =
      Pattern.compile("<title[^<>]{0,200}>([^<]*)</title", Pattern.CASE_INSENSITIVE);
  private static final Pattern TAGS = Pattern.compile("<[^<>]*>");
  private static final Pattern SPACES = Pattern.compile("\\s+");

  /**
   * Reads the beginning of a body.
   *
   * @throws IOException if it cannot be read, or unpacked
   */
  static ServerWords of(InputStream body, Secret secret) throws IOException {
    byte[] bytes = body.readNBytes(MOST_BYTES);
    String all = new String(bytes, StandardCharsets.UTF_8);
    boolean whole = bytes.length < MOST_BYTES;
    String text = whole ? secret.blotted(all) : secret.blottedBeginning(all);
    return whole && text.isBlank()
        ? new ServerWords(Form.EMPTY, "")
        : of(text.replace(BYTE_ORDER_MARK, "").strip(), secret);
  }

  private static ServerWords of(String text, Secret secret) {
    if (text.startsWith("<")) {
      return new ServerWords(Form.PAGE, beginning(secret.blotted(ofPage(text))));
    }
    return ofJson(text)
        .map(words -> new ServerWords(Form.JSON, beginning(secret.blotted(words))))
        .orElseGet(() -> new ServerWords(Form.TEXT, beginning(text)));
  }

  private static String beginning(String text) {
    return ForeignText.beginning(text.strip(), MOST_CODE_POINTS);
  }

  private static String ofPage(String page) {
    Matcher title = TITLE.matcher(page);
    String words = title.find() ? title.group(1) : TAGS.matcher(page).replaceAll(" ");
    return SPACES.matcher(words).replaceAll(" ");
  }

  private static Optional<String> ofJson(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    for (String path : MESSAGES) {
      JsonNode message = json.at(path);
      if (message.isTextual() && !message.textValue().isBlank()) {
        return Optional.of(message.textValue());
      }
    }
    return Optional.of(json.toString());
  }

  /** The message of a body that was read as an answer. */
  static ServerWords ofMessage(String message) {
    return new ServerWords(Form.JSON, beginning(message));
  }

  /** Whether it is worth no try to read it as JSON. */
  boolean isNoJson() {
    return switch (form) {
      case EMPTY, PAGE -> true;
      case JSON -> false;
      case TEXT -> !BEGINS_LIKE_JSON.matcher(text).lookingAt();
    };
  }

  /** After a sentence on the status: {@code : text}, or that nothing came. */
  String afterStatus() {
    return switch (form) {
      case EMPTY -> ", and an empty body";
      case JSON, TEXT -> ": " + text;
      case PAGE -> ", and an HTML page" + (text.isBlank() ? "" : ": " + text);
    };
  }

  /** In the place of JSON: {@code an HTML page: text}. */
  String found() {
    return text.isBlank() ? form.words : form.words + ": " + text;
  }
}
