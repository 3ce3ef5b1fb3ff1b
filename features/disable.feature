Feature: Disabling a hosted session
  The merchant closes a hosted session that is no longer wanted.

  @req:HPP-DISABLE-001
  Rule: Disabling answers 204 without a body

    Scenario: Disabling a session answers 204 and nothing else
      Given a hosted session
      When the merchant disables the hosted session
      Then the response status is 204
      And the response body is empty

  @req:HPP-DISABLE-002
  Rule: A disabled session says so

    Scenario: A session that was disabled reads disabled
      Given a hosted session
      When the merchant disables the hosted session
      Then the hosted session becomes DISABLED

  @req:HPP-DISABLE-005 @needs:browser
  Rule: A disabled link shows an error

    Scenario: The link of a disabled session explains itself
      Given a hosted session
      And the hosted session is disabled
      When the consumer opens the page
      Then the page explains itself and offers no payment
