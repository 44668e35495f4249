package io.shardsum.text;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Records as JSON: the names of their components are the keys, in that order. A component that is
 * an {@link java.util.Iterator} is an array whose items are made while it is written.
 */
public final class RecordJson {

  /** For programs: keys in snake case, as columns of the tables; what is absent is null. */
  public static final RecordJson PRINTED =
      new RecordJson(
          builder()
              .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
              .build()
              .writerWithDefaultPrettyPrinter());

  /** For an HTML element {@code script}: keys in camel case; what is absent has no key. */
  public static final RecordJson IN_PAGE =
      new RecordJson(
          builder()
              .withConfigOverride(
                  Optional.class,
                  type ->
                      type.setIncludeAsProperty(
                          JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, null)))
              .build()
              .writer(new ScriptEscapes()));

  private final ObjectWriter writer;

  private RecordJson(ObjectWriter writer) {
    this.writer = writer;
  }

  /** Writes a record, and ends the line. */
  public void print(Object value, PrintWriter out) {
    write(value, out);
    out.println();
  }

  /** Writes a record; {@code out} stays open. */
  public void write(Object value, Writer out) {
    try {
      writer.writeValue(out, value);
    } catch (JsonProcessingException e) {
      throw e.getCause() instanceof RuntimeException ofAnItem
          ? ofAnItem
          : new IllegalStateException("Records are JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write JSON: " + e.getMessage(), e);
    }
  }

  /** A generator for what is written record by record; {@code out} stays open. */
  public JsonGenerator generator(Writer out) throws IOException {
    return writer.createGenerator(out);
  }

  private static JsonMapper.Builder builder() {
    return JsonMapper.builder()
        .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
        .addModule(
            new SimpleModule()
                .addSerializer(new OptionalSerializer())
                .addSerializer(Instant.class, ToStringSerializer.instance)
                .addSerializer(LocalDate.class, ToStringSerializer.instance));
  }

  /** Jackson's own is in a module that Spark does not ship. */
  private static final class OptionalSerializer extends StdSerializer<Optional<?>> {

    @Serial private static final long serialVersionUID = 1;

    OptionalSerializer() {
      super(TypeFactory.defaultInstance().constructType(Optional.class));
    }

    @Override
    public void serialize(Optional<?> value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(value.orElse(null), json);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Optional<?> value) {
      return value.isEmpty();
    }
  }

  /** Nothing in a text may end the element. */
  private static final class ScriptEscapes extends CharacterEscapes {

    @Serial private static final long serialVersionUID = 1;
    private static final String ESCAPED = "<>&";

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      ESCAPED.chars().forEach(character -> codes[character] = ESCAPE_CUSTOM);
      return codes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return ESCAPED.indexOf(character) < 0
          ? null
          : new SerializedString("\\u00" + Integer.toHexString(character));
    }
  }
}
