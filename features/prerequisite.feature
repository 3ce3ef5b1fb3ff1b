Feature: Payment sessions
  What hosted sessions rest on: a KP session or a KCO order.

  @req:HPP-PRE-001
  Rule: A KP session is created

    Scenario: Creating a KP session answers 200 with its id and token
      When the merchant creates a payment session
      Then the response status is 200
      And the response conforms to the payment-session-created schema

  @req:HPP-PRE-002
  Rule: A KP session is read

    Scenario: A new KP session is incomplete and says when it expires
      Given a payment session
      When the merchant reads the payment session
      Then the response conforms to the payment-session schema
      And the member status is incomplete

  @req:HPP-PRE-004
  Rule: A KCO order is created

    Scenario: Creating a KCO order answers 201 with its location
      When the merchant creates a payment session
      Then the response status is 201
      And the response has the field Location
      And the response conforms to the order schema
      And the member status is checkout_incomplete
