Feature: The distribution module
  A view for the merchant's staff, and a token that lets it in. Little is promised of it, so it is recorded.

  @req:HPP-MODULE-001
  Rule: Whether the module has a page is open

    Scenario: The answer to the standalone URL is recorded
      Given a hosted session
      When the standalone_url of the distribution module is fetched
      Then the answer is recorded as "`standalone_url` with its tags filled"

  @req:HPP-MODULE-002
  Rule: Who gets a token is open

    Scenario: The answer to asking for a token is recorded
      Given a hosted session
      When the merchant asks for a token of the distribution module
      Then the answer is recorded as "`generation_url`"

    Scenario: The answer to asking for a token without credentials is recorded
      Given a hosted session
      When somebody without credentials asks for a token of the distribution module
      Then the answer is recorded as "`generation_url` without credentials"
