package io.shardsum.cli;

import io.shardsum.text.ForeignText;
import java.time.DateTimeException;
import java.time.LocalDate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A day as the value of an option. */
final class DayOption implements ITypeConverter<LocalDate> {

  @Override
  public LocalDate convert(String value) {
    try {
      return LocalDate.parse(value);
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "expected a day as YYYY-MM-DD (UTC), such as 2026-11-23, found '%s'"
              .formatted(ForeignText.name(value)));
    }
  }
}
