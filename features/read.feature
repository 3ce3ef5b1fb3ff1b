Feature: Reading a hosted session
  The merchant learns by reading where a hosted session stands.

  @req:HPP-READ-001
  Rule: Reading answers the state of the session

    Scenario: Reading a session answers its state
      Given a hosted session
      When the merchant reads the hosted session
      Then the response status is 200
      And the response conforms to the session schema

  @req:HPP-READ-002
  Rule: The read session is the requested one

    Scenario: The session that is read carries the requested id
      Given a hosted session
      When the merchant reads the hosted session
      Then the session_id is the created one

  @req:HPP-READ-008
  Rule: An unknown session is not found

    Scenario: Reading an unknown session answers 404
      Given a hosted session
      When the merchant reads a hosted session that does not exist
      Then the response status is 404
