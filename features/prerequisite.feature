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

  @req:HPP-PRE-003 @needs:browser @needs:outcome
  Rule: A token places an order

    Scenario: Placing the order of a payment answers 200 with its id
      Given a hosted session
      And the consumer has paid
      When the merchant places the order of the hosted session
      Then the response status is 200
      And the response conforms to the order-placed schema

    Scenario: Placing another order than was paid answers 409
      Given a hosted session
      And the consumer has paid
      When the merchant places an order that differs from the payment
      Then the response status is 409

    Scenario: Placing an order of another amount than was paid answers 409
      Given a hosted session
      And the consumer has paid
      When the merchant places an order of another amount than the payment
      Then the response status is 409

  @req:HPP-PRE-004
  Rule: A KCO order is created

    Scenario: Creating a KCO order answers 201 with its location
      When the merchant creates a payment session
      Then the response status is 201
      And the response has the field Location
      And the response conforms to the order schema
      And the member status is checkout_incomplete

  @req:HPP-PRE-005 @needs:browser @needs:outcome
  Rule: A paid KCO order is complete and read-only

    Scenario: A paid KCO order reads complete
      Given a hosted session
      And the consumer has paid
      When the merchant reads the payment session
      Then the member status is checkout_complete

    Scenario: A paid KCO order cannot be changed
      Given a hosted session
      And the consumer has paid
      When the merchant changes the payment session
      Then the response status is 403
      And the error_code is READ_ONLY_ORDER
      When the merchant changes the payment session
      Then the response status is 403
