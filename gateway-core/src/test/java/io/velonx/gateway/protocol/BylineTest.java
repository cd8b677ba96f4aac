package io.velonx.gateway.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BylineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'type':'CHAT_MESSAGE','payload':{'x':{'authorId':'eve'},'authorId':'ada','y':[1]}} | ada
          {'payload':{'authorId':'ada'},'type':'CHAT_MESSAGE'}                                | ada
          {'type':'POST_CREATED','payload':{'authorId':42}}                                   | 42
          {'type':'MESSAGE_EDIT','payload':{'authorId':'\\u0061da'}}                          | ada
          {'type':'TYPING','payload':{'userId':'ada','authorId':'eve'}}                       | ada
          {'type':'DM_TYPING','payload':{'userId':'ada'}}                                     | ada
          {'type':'DM_READ','payload':{'userId':'ada'}}                                       | ada
          """)
  void authorIsFoundInThePayload(String envelope, String author) {
    Byline byline = of(envelope);
    assertEquals(author, byline.author());
    assertTrue(byline.isOneOf(Set.of("bob", author)));
    assertFalse(byline.isOneOf(Set.of("bob")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'MESSAGE_DELETE','payload':{'authorId':'ada'}}",
        "{'type':'USER_JOINED','payload':{'userId':'ada'}}",
        "{'type':'CHAT_MESSAGE','payload':{'authorId':null}}",
        "{'type':'CHAT_MESSAGE','payload':{'authorId':{'authorId':'ada'}}}",
        "{'type':'CHAT_MESSAGE','payload':['authorId','ada'],'authorId':'ada'}",
        "{'type':'CHAT_MESSAGE'}",
        "{'payload':{'authorId':'ada'}}",
        "no json",
        ""
      })
  void whatIsNobodysHasNoAuthor(String envelope) {
    assertNull(of(envelope).author());
    assertFalse(of(envelope).isOneOf(Set.of("ada")));
  }

  @Test
  void standInSaysThatNothingIsMissingInThatPlace() {
    String envelope =
        "{'type':'CHAT_MESSAGE','payload':{'authorId':'ada'},'offset':7,'epoch':'abc'}";
    byte[] standIn = Objects.requireNonNull(of(envelope).standIn(ChannelName.room("a")));
    assertEquals(
        "{'type':'GAP','payload':{'channel':'room:a','epoch':'abc','from':7,'to':7,"
            + "'recovered':true}}",
        new String(standIn, StandardCharsets.UTF_8).replace('"', '\''));
    assertNull(of(standIn).author());
  }

  @Test
  void withoutAPlaceNothingStandsIn() {
    assertNull(of("{'type':'TYPING','payload':{'userId':'ada'}}").standIn(ChannelName.room("a")));
  }

  private static Byline of(String envelope) {
    return of(envelope.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static Byline of(byte[] envelope) {
    return Byline.of(envelope);
  }
}
