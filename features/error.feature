Feature: Refusals
  A refused request is answered in the same form everywhere.

  @req:HPP-ERROR-001
  Rule: A refusal is a JSON object with code, messages and correlation id

    Scenario: A bad request is refused in the common form
      Given a payment session
      When the merchant creates a hosted session without payment_session_url
      Then the response is an error that conforms to the error schema

    Scenario: An unknown payment session is refused in the common form
      Given a payment session
      When the merchant creates a hosted session for an unknown payment session
      Then the response is an error that conforms to the error schema
